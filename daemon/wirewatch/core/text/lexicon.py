"""Common English words of the news, by how common they are: which word is rare, what is a compound made of."""

from __future__ import annotations

from typing import Final

_NEARLY_EVERYWHERE: Final = (
    "the of to and a in for is on that with was as at by he it be are from has have his an will said but who they "
    "not their had which been this its were more after also one when up or about she there her would all out over "
    "than other into we if new two first year people time can could last no what some so i you "
)
_IN_EVERY_THIRD: Final = (
    "say us government state years against under before between made most many three may them him being country "
    "now only our while where week since any told part day world including because during such take still make "
    "national through president group home city months work another well just back next called number per report "
    "minister percent month old second public former four off according very then these those get go company "
    "think way set down even use high million around each did does don like news how my your much end long good "
    "local early until members left support help see want come show plan came own top "
)
_IN_EVERY_TENTH: Final = (
    "police court house party power official officials political war military security officer officers force "
    "forces attack attacks right rights law case international united states american america britain british "
    "china chinese russia russian ukraine israel iran europe european union north south east west washington "
    "london white leader leaders chief head office team game season player players win won final match league "
    "club market markets price prices oil business economic economy bank banks money billion dollar financial "
    "trade tax companies industry sales growth rate rates share shares stock investors deal talks talk meeting "
    "agreement plans decision issue issues problem question statement reports media press social online internet "
    "technology data service services system health hospital medical care virus school schools university student "
    "students children child family families man men woman women life death died killed killing die dead victims "
    "injured food water energy gas climate change fire area areas region town village road building air car "
    "drivers flight airport project programme program policy policies election elections vote votes voters "
    "campaign parliament congress senate bill democratic republican opposition prime foreign affairs defence "
    "defense army peace crisis conflict border human community charges charge arrested trial judge lawyer prison "
    "murder crime criminal evidence investigation department committee council board member director executive "
    "chairman spokesman source sources interview expected announced added asked began held found given taken "
    "known used went received near late five six seven eight nine ten hundred thousand thousands monday tuesday "
    "wednesday thursday friday saturday sunday january february march april june july august september october "
    "november december today yesterday morning night days weeks hours hour minutes later place times full small "
    "large big major key main open private free clear strong hard real likely possible important recent future "
    "past present current low less least few several both same different best better great young black red green "
    "run lead keep start stop move turn play pay call try need know look give hold buy sell cut hit pass rise "
    "fall grow face fight build create provide offer include continue remain become allow bring send reach join "
    "leave return follow meet speak believe feel hope claim deny warn accuse urge agree reject "
)
_KNOWN: Final = (
    "abuse accept access accident account achieve act action activist activity actor actual address admit adopt "
    "advance advice advise affect affair age agency agenda aid aim aircraft airline airstrike alarm album alcohol "
    "alert ally alliance allegation allege ambassador ambition amend amount analyse analyst analyze anger animal "
    "anniversary annual appeal appear applaud apple apply appoint approach approve argue arm armed arrange arrest "
    "arrive art article artist ask assault assemble assess asset assist assume assure asylum athlete atmosphere "
    "atom attempt attend attract auction audience aunt author authority authorise authorize average avoid await "
    "award aware baby bad bag balance ball ballot ban band bar bare bargain base basket battle bay beach bear "
    "beat beauty bed bell belong belt bench bend benefit bet bid bike bird birth birthday bishop bite blame blast "
    "bleed block blockade blog blood blow blue boast boat body bomb bond bone bonus book boom boost boot boss "
    "bottle bottom bowl box boy brain branch brand brave bread break breast breathe breed brick bridge brief "
    "bright broad broadcast brother brown budget bug bulk bullet burn burst bus bush butter button cabin cabinet "
    "cable calculate camera camp cancel cancer candidate capital captain capture carbon card career cargo carry "
    "cash cast castle catch category cater cattle cause cease ceiling celebrate cell cent center central centre "
    "century ceremony chain chair challenge champion chance channel chapter character charity chart chase cheap "
    "cheat check cheer cheese chemical chest chip choice choose church circle circulate cite citizen civil "
    "civilian clash class clean clerk click climb clinic clock close cloth clothe cloud coach coal coalition "
    "coast coat cocaine code coffee cold collaborate collapse colleague collect college collide colony color "
    "colour column combat combine comedy comfort comic command comment commerce commission commit common "
    "communicate compare compete compile complain complete complicate comply compose compound compromise compute "
    "computer concede conceive concentrate concern conclude condemn condition conduct confer confess confident "
    "confine confirm confront confuse connect consent consider consist constitute construct consult consume "
    "contact contain contaminate contest contract contribute control convene convert convict convince cook cool "
    "cooperate coordinate cope copper copy core corn corner corporate correct corrupt cost cough count counter "
    "county couple courage course cover cow crack craft crash crawl credit crew cricket criticise criticize crop "
    "cross crowd crown crude cruise crush cry culture cup cure curfew currency cycle damage dance danger dare "
    "dark date daughter dawn deadline debate debt decade deceive decide declare decline decrease dedicate deep "
    "defeat defend define degrade degree delay delete deliver demand demonstrate denounce depart depend deploy "
    "deport deprive deputy derive describe desert deserve design desk destroy detail detain detect deteriorate "
    "determine develop device devote diagnose dialogue dictate differ dine dinner dioxide direct disable disagree "
    "disappear disaster discharge disclose discover discuss disease disguise dismiss dispute disrupt dissolve "
    "distance distribute district disturb dive diverse divide divorce doctor document dog dominate donate door "
    "double doubt draft drag drain drama draw dream dress drill drink drive drone drop drought drown drug dry "
    "duke dump dust duty eagle ear earn earth earthquake ease eat echo edge edit educate effect effort egg "
    "elderly elect electric eliminate embargo embassy embrace emerge emergency emission emit emphasise emphasize "
    "empire employ empty enable encounter encourage endanger endorse endure enemy enforce engage engine engineer "
    "enhance enjoy enlarge enquire ensure enter entertain enterprise enthuse entire envoy equal equip erase erect "
    "escalate escape establish estate estimate evacuate evade evaluate event evict evolve exact examine exceed "
    "exchange excite exclude excuse execute exercise exhibit exile exist exit expand expect expel expense "
    "experience expert expire explain explode exploit explore export expose express extend extradite eye fabric "
    "facilitate fact factor factory fade fail fair faith fake false fame fan far fare farm farmer fashion fast "
    "fate father fatigue fault favor favour fear feature federal fee feed fellow female fence festival field "
    "fighter figure file fill film finance find fine finger finish firearm firm fish fit fix flag flame flash "
    "flat flee fleet flood floor flow flower fly focus fold fool foot football forbid forecast forest forge "
    "forget forgive form fort fortune forum foster foundation founder frame franchise fraud freedom freeze "
    "freight frequent fresh front fruit frustrate fuel fulfil function fund funeral furniture gain gallery gamble "
    "gap garden gate gather gaze gear gender general generate gift girl glass global goal god gold golf govern "
    "grab grade graduate grain grand grant grass grave ground grove guarantee guard guess guest guide guilty gulf "
    "gun gunman guy habit hack hail hair half hall halt hammer hand handle hang happen happy harass harbor "
    "harbour hate haul hazard heal hear heart heat heavy height helicopter herald hero heroin hesitate hide "
    "hijack hill hire history hole holiday holy honor honour horn horror horse host hostage hotel hunger hunt "
    "hurricane hurry hurt husband ice idea ideal identify ignore illegal image imagine immigrant impact implement "
    "imply import impose impress imprison improve incentive incident income increase indicate indict induce "
    "infect infant inflate inflation inflict influence inform infrastructure inherit inhibit initiate inject "
    "injure inquire inquiry insert inside insist inspect inspire install institute institution instruct insult "
    "insure intend interest interfere intervene introduce invade invent invest investigate investor invite invoke "
    "involve iron island isolate item jacket jail jet jewel job joint joke journal journalist journey joy juice "
    "jump junior jury justice justify kick kid kidnap kill king kiss kitchen knee knife knock knowledge label "
    "labor labour lack lady lake lamp land language lap laptop laser laugh launch lawmaker lawsuit lay layer leak "
    "lean leap learn lease leather legal legend legislate lend length lesson letter level liability liberate "
    "library license licence lie lifestyle lift light limb limit line link lion liquid list listen litigate live "
    "load loan lobby locate lock log lone loose lord lorry lose loss loud love lower loyal luck lung luxury "
    "machine magazine mail maintain male mall manage manager mandate manipulate manner manufacture map margin "
    "marine mark marriage marry mask mass massacre master mate material matter mayor meal measure meat medal "
    "mediate medicine melt memory mental mention merchant merge message metal meter method metre migrant migrate "
    "mile militant militia milk mill mind mine minor minute mirror miss missile mission mistake mix mob mobile "
    "mobilise mobilize model modern modify moment monitor moon moral mortgage mosque mother motion motivate motor "
    "motorcycle mount mountain mouse mouth movement movie muscle museum music muslim mutiny name narrate nation "
    "native nature navigate navy neck negotiate negotiation neighbor neighbour nerve nest net network newspaper "
    "noise nominate noon normal nose note notice notify novel nuclear nurse object oblige observe obtain occupy "
    "occur ocean offend offense offence operate opera opinion oppose option orange orchestra order organ organise "
    "organize origin outbreak outline output outrage oven overcome oversee owe owner oxygen pace pack package "
    "page pain paint pair palace pandemic panel panic paper parade paralyse parcel pardon parent park participate "
    "partner passage passenger passport pastor path patient patrol pause pave peak peer penalty pension perceive "
    "perform period perish permit person persuade phase phone photo photograph physician piano pick picture piece "
    "pierce pilot pin pipe pipeline pirate pitch plague plain plane planet plant plastic plate platform plea "
    "plead please pledge plot plunge pocket poem poet point poison pole poll pollute pool poor pope port pose "
    "position postpone post potato pound pour practice practise praise pray precede predict prefer prejudice "
    "prepare prescribe preserve pressure pretend prevail prevent priest prince princess print priority prisoner "
    "privilege prize probe proceed process proclaim produce product profession profile profit progress prohibit "
    "promise promote proof propose prosecute prosecutor prospect protect protest prove provoke publish pull pump "
    "punish purchase purpose pursue push qualify quake quality quantity quarter queen quest queue quiet quit quiz "
    "quote race radar radiation radio rage raid rail railway rain raise rally ramp range rank rape rapid rapist "
    "rat react read ready realise realize rebel rebound rebuild recall recede receive recession reckon recognise "
    "recognize recommend reconcile record recover recruit recycle reduce refer referee referendum reflect reform "
    "refuge refugee refuse regain regard register regret regulate reinforce relate relax release relieve religion "
    "relocate rely remark remember remind remove render renew rent repair repeat repel replace reply represent "
    "reproduce republic reputation request require rescue research resemble reserve reside resign resist resolve "
    "resort respond restaurant restore restrain restrict result resume retail retain retaliate retire retreat "
    "retrieve reunite reveal revenge revenue reverse review revise revive revolt reward rice rich ride rifle ring "
    "riot ripe risk rival river roar rob robot rock rocket role roll roof room root rope rough round route row "
    "royal rub rubber rule ruler ruin rumor rumour rural rush sack sacrifice safe safety sail saint salary salt "
    "sample sanction sand satellite satisfy save scale scandal scare scatter scene schedule scheme scholar "
    "science scientist scope score scout scrap scream screen script sea seal search seat secret secretary section "
    "sector secure seek seize select self seminar senator senior sense sentence separate sequence serious serve "
    "session settle severe sex shade shake shape shadow shark sharp shed sheet shelf shell shelter shield shift "
    "ship shirt shock shoe shoot shop shore short shot shoulder shout shower shrine shut side siege sight sign "
    "signal silence silver similar sing single sink site situation size skill skin skip sky slave sleep slice "
    "slide slip slow smart smell smile smoke smooth smuggle snow soar soccer soft soil solar soldier sole solve "
    "son song soul sound space spare spark speaker special spectator speech speed spell spend sphere spill spin "
    "spirit split sponsor sport spot spouse spread spring spy squad square squeeze stab stabilise stability "
    "stable stadium staff stage stake stand standard star stare starve station statistic statue status steal "
    "steel steer stem step stick stimulate stone store storm story strain strategy stream street strength stress "
    "stretch strike string strip stroke structure struggle studio study stuff style subject submarine submit "
    "subsidy substance suburb succeed success sue suffer sugar suggest suicide suit summer summit summon sun "
    "super superior supply suppose surface surge surgeon surgery surplus surprise surrender surround survey "
    "survive suspect suspend sustain swap sway sweep sweet swim swing switch sword symbol symptom syndicate table "
    "tackle tactic tail tale talent tank tape target tariff task taste teach tear telephone television "
    "temperature temple tennis tension tent term terminate terrain terrible territory terror test testify "
    "testimony text thank theatre theater theft theme theory thick thief thin thought threat threaten throat "
    "throne throw thunder ticket tide tie tiger tight timber tire title toilet tolerate tone tool tooth torch "
    "tornado torture total touch tour tourist tournament towel tower toxic toy trace track tractor tradition "
    "traffic tragedy trail train transfer transform translate transmit transport trap travel treasure treasury "
    "treat treaty tree trend tribe tribunal tribute trick trigger trip triumph troop tropic trouble truce truck "
    "trust truth tube tune tunnel tutor twin type tyre ultimate uncle undermine understand undertake uniform "
    "unite unit universe unveil update upgrade uphold urban usher utilise vaccine vacuum valley value van vanish "
    "vary vault vehicle venture venue verdict verify version vessel veteran veto vice victim victory video view "
    "viewer violate violence violent virtual visa visible vision visit visitor vital voice volcano volume "
    "volunteer voyage wage wait wake walk wall wallet wander ware warehouse warhead warm warrant warship wash "
    "waste watch wave weak wealth weapon wear weather web website wedding weed weekend weigh weight welcome "
    "welfare wheat wheel whistle wide widow wife wild wildlife winter wind window wine wing wipe wire wise wish "
    "withdraw witness wolf wonder wood word worker workshop worry worth wound wrap wreck write writer wrong yard "
    "yellow yield youth zone abandon abduct abolish abort absorb accelerate accompany accumulate adapt administer "
    "admire advocate aggravate alter amuse annex annihilate annoy antagonise assassinate assign associate "
    "attribute automate backfire ballistic bombard braze breach bribe bulldoze bypass captivate cascade cavort "
    "circumvent cleanse coerce coincide commence commemorate compensate conceal concur confiscate consolidate "
    "contradict correspond counsel culminate curb curtail debris decorate defuse delegate deliberate deplete "
    "derail desecrate detonate devastate differentiate dilute diminish disarm discredit discriminate dislodge "
    "disperse displace disregard divulge duplicate elaborate elapse elevate embark embezzle embody emigrate enact "
    "encircle enclose endeavour enrage enrich enslave entice entrench envisage eradicate erode erupt evaporate "
    "exaggerate exasperate excavate exclaim exhaust exonerate expedite fabricate ferry fluctuate formulate fumble "
    "galvanise grapple halve harvest hasten hinder hover ignite illustrate immerse impeach impede implicate "
    "incarcerate incite inaugurate incorporate infiltrate innovate instigate integrate intercept interrogate "
    "intimidate invalidate irritate jeopardise jostle levy linger loot lure malfunction maneuver manoeuvre "
    "marginalise mitigate mock mourn necessitate nationalise neutralise obliterate obstruct originate orchestrate "
    "oust overhaul override overrule overthrow paralyze penetrate perpetrate persecute perpetuate pioneer plummet "
    "populate pollinate ponder preclude privatise privatize procrastinate procure propagate prioritise quarantine "
    "quell ransack ratify ravage reassure rebuke redeem refine refrain refurbish refute reiterate rejoice "
    "reimburse renounce renovate repatriate replicate repress reprimand rescind resonate resurface revoke rotate "
    "rupture sabotage salvage saturate scrutinise shatter simulate skyrocket slaughter slash soothe speculate "
    "spur stagnate stifle stipulate strangle streamline strengthen strive subdue subsidise substitute subtract "
    "suffocate supervise suppress surpass sympathise tarnish terrorise thrive thwart tighten topple trample "
    "traumatise traverse trespass tumble twist undergo unify unleash uproot utter validate vandalise venerate vow "
    "vindicate waive weaken whisper widen wield withhold withstand worsen backlash bloodshed breakaway ceasefire "
    "crackdown downfall fallout framework groundwater gridlock handshake healthcare heartland highway homeland "
    "housing lockdown landmark landmine landslide lifeboat lifeline livestock loophole marketplace motorway "
    "nationwide newsroom offshore overseas quarterback racecourse roadside rooftop safeguard scapegoat seaport "
    "setback shipyard shortage skyscraper smartphone snowstorm spacecraft stalemate standoff standpoint "
    "steelworks stockpile stopover stronghold taskforce teammate timeline toothpaste tradeoff trademark turnover "
    "turmoil uprising viewpoint waterway warfare warplane wartime watchdog waterfront whistleblower wildfire "
    "windfall workforce workplace worldwide cyber keeper mud tar trawler holder maker borne "
)
_TIERS: Final = (_NEARLY_EVERYWHERE, _IN_EVERY_THIRD, _IN_EVERY_TENTH, _KNOWN)

FUNCTION_WORDS: Final = frozenset(_TIERS[0].split()) | frozenset(
    "off her his its our any all now how too yet nor per via who why why did does done than then thus such some "
    "upon until while where these those there here very just only even ever never much many most more less".split()
)
"""Words too common to be glued to a neighbour: *the rapist* is not a therapist."""


def _ranks() -> dict[str, int]:
    ranks: dict[str, int] = {}
    for tier, words in enumerate(_TIERS):
        for word in words.split():
            ranks.setdefault(word, tier)
    return ranks


_RANK: Final = _ranks()
_UNKNOWN: Final = len(_TIERS)


def is_known(word: str) -> bool:
    """Say whether a word is a common one."""
    return word in _RANK


def rarity(word: str) -> int:
    """Estimate how rare a form or key is in the news: larger is rarer."""
    tier = _RANK.get(word, _UNKNOWN)
    return tier * 32 + min(len(word), 31) if tier < _UNKNOWN or len(word) > 2 else 48


def halves(word: str) -> tuple[str, str] | None:
    """Cut a closed compound into the two known words it is made of.

    >>> halves("ceasefire"), halves("airstrikes"), halves("therapist")
    (('cease', 'fire'), ('air', 'strikes'), None)
    """
    if len(word) < 8:
        return None
    for at in range(len(word) - 3, 2, -1):
        left, right = word[:at], word[at:]
        if left in _RANK and left not in FUNCTION_WORDS and _is_second_half(right):
            return left, right
    return None


def _is_second_half(word: str) -> bool:
    if word in FUNCTION_WORDS:
        return False
    return word in _RANK or (word.endswith("s") and len(word) > 4 and word[:-1] in _RANK)


def common_words() -> tuple[str, ...]:
    """Return the words, the most common first."""
    return tuple(_RANK)
