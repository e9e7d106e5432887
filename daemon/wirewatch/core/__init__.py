"""Every decision of Wirewatch. Pure: no input or output, no clock, no chance."""
