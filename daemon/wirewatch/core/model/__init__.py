"""The nouns of Wirewatch: frozen dataclasses that every layer speaks."""
