"""Words that begin with a capital without being anybody's name.

No list is complete; each word here spares a moderator one wrong suggestion. All in lower case, one
list a reason. A name that is also a word ("Will", "May", "Rose") stays off these lists where it can.
"""

_SMALL_WORDS = """
a about above according across actually after again against ago all almost alone along already also although
always am among an and another any anyone anything apparently are around as at away back be because been
before behind being below besides best better between beyond big bigger both but by can clearly could
despite did do does done down during each earlier early either else enough especially even eventually ever
every everybody everyone everything except far few finally first following for forever former forward four
from full further get gets getting go goes going gone good got great had has have having he hello hence her
here hers herself hey hi him himself his hopefully how however huge i if in indeed initially inside instead
internally into is it its itself just keep last late lately later least less let like literally long look
looks lot made make makes many maybe me meanwhile meet might mine more moreover most much must my myself
near nearly never nevertheless new next no nobody none nor not nothing now nowhere obviously of off oh ok
okay old on once one only onto or originally other others our ours out outside over own per perhaps please
plus possibly previously probably quite rather really recently reportedly right safe said same say saying
says second see seen several shall she should show since single six so some somebody someone something
sometime sometimes soon still such sure take takes tell tells ten than thank thanks that the their them then
there these they thing things think this those though three through throughout thus till to today together
tomorrow tonight too top toward towards true two ultimately under unfortunately unless until up upon us very
via wait want wants was way we well went were what whatever when where whether which while who whole whom
whose why wife with within without won would wow yeah yes yesterday yet you your yours yourself
"""
_NEWS_WORDS = """
actor actors actress admits airport album alleged allegedly announcement announces arrest arrested attack
attacks award awards baby ban band battle became become becomes birth birthday boss boyfriend brand brave
break breaking breaks bride brother business calls cast caught celebrity celebs chance chef child children
city claims clip club coach comedian comedy concert confirms country couple court dad dance dancer dancers
dating daughter dead deal death debut denies details died dies director divorce doctor documentary drama
dress drops drummer editor effort efforts engaged engagement episode escape europe event ex exclusive exes
fame families family fan fans fashion father feud fight film films finale fire fired forces former friend
friends front gift girl girlfriend grateful ground group guitarist hit hits home hospital host hot hotel
house husband injured insider interview join joins keeps kid kids kill killed killing lawsuit lawyer lead
leader leave leaves leaving life light live lives lose loses lover magazine major man manager marriage
married men mid minister model mom mother move movie movies mum murder music musical mystery name network
night official opens opera page parents partner party people performer photo photos picture pictures
planning plans player podcast police pop posts prepares president producer prom radio rapper read reality
red relationship release report reports responds return returns reveal reveals review romance romantic royal
rumor rumors sad salon scene season secret seeker series set sets share shares shock shocking shop shot
shows sighting singer sister slams social son song songs source sources south speaks special split splits
spotted stage star starring stars statement stop story street studio studios suffers summer super support
surprise surprising talk talks team teen theater theatre throwback tip tour town trailer train travel trial
trip truth tv twin update updates video videos wedding week weekend wins winter woman women world writer
year years
"""
_HEADLINE_VERBS = """
adopts asks attends backs begins brings buys cancels celebrates comes defends faces files finds flaunts
gives gushes heads hints honors insists jokes kisses launches learns lists marks mocks moves names pays
plays praises promises quits recalls receives refuses rocks runs scores seeks sells sends signs sings spends
spills stands starts steps sues teases thinks throws turns unveils visits votes walks warns wears weds
welcomes wows
"""
_ROLES = """
anchor athlete author bassist billionaire blogger boxer castmate champion choreographer co-star comic
contestant correspondent costar cousin critic designer fiance fiancee fiancé fiancée finalist footballer
founder grandma grandpa heiress influencer millionaire mogul musician nanny neighbor nephew niece novelist
owner painter photographer pianist playwright reporter screenwriter sibling songwriter streamer stylist
swimmer teacher tycoon uncle violinist vlogger widow widower winner youtuber
"""
_CALENDAR = """
abril agosto apr april aug august christmas dec december diciembre domingo easter enero feb febrero february
fri friday halloween hanukkah jan january jueves jul julio july jun june junio lunes mar march martes marzo
miercoles mon monday nov november noviembre oct october octubre ramadan sabado sat saturday sep sept
september septiembre sun sunday thanksgiving thu thursday tue tuesday viernes wed wednesday
"""
_PLACES = """
africa alemania america americas antarctica argentina asia australia austria bangladesh belarus belgium
brazil britain bulgaria california canada chile china colombia croatia cuba cyprus czechia denmark
deutschland egypt england españa estonia eu europe finland florida france francia frankreich germany ghana
greece hawaii hollywood hungary iceland india indonesia iran iraq ireland israel italia italy japan kenya
korea latvia lithuania london malaysia manhattan mexico moldova morocco méxico nashville netherlands nevada
nigeria norway ohio pakistan paris peru philippines poland portugal romania rusia russia schweiz scotland
serbia singapore slovakia slovenia spain sweden switzerland syria taiwan texas thailand turkey uae ucrania
uk ukraine us usa venezuela vietnam wales österreich европа києві київ львові львів польща польщі росія
росії україна україни україні європа європі
"""
_PEOPLES = """
african american arab argentine asian australian austrian belarusian brazilian british bulgarian canadian
catholic chinese christian colombian croatian cuban czech danish dutch egyptian english european finnish
french german greek hindu hungarian indian iranian iraqi irish israeli italian japanese jewish korean latin
latino mexican muslim nigerian norwegian polish portuguese romanian russian russians scottish serbian
spanish swedish swiss syrian thai turkish ukrainian ukrainians vietnamese welsh
"""
_OUTLETS = """
amazon apple associated avalon billboard bloomberg disney emmy emmys facebook getty god google grammy
grammys guardian hulu image images insta instagram internet netflix oscar oscars paramount patreon pinterest
reddit related reuters shutterstock snapchat spotify substack telegram threads tiktok tumblr twitter updated
variety via vogue wenn whatsapp wikipedia youtube zoom
"""
# How sentences begin in the other languages that we read.
_OTHER_LANGUAGES = """
a aber als am an ao após as au auch auf aus aux avec ayer bei bonjour ce ces cette com como con cuando da
dans das de del dem den depois der des desde después die do dort dos du e ein eine el ela ele ella elle
ellos em en entonces entre er es est esta este esto estuve et eu foi gestern guten ha haben hallo hay heute
hier hoje hola hoy ich ihr il ils im in ist je la las le les leur lo los lui mais mas mañana me mi mit muy
na nach nas ne nicht no nos nous o on ontem os ou où para pero por porque pour pues quand quando que quem
qui sans se según seit selon si sie sin so sobre son soy su sur también te tras tu um uma un una und une vi
von vor vous war was wer wie wir wo yo zu а але без був була в вона вони вчера вчора від він где де для до
за зі и из й його когда коли мене ми моя мы мій на не но ні о об он она они от по после про с сегодня
сьогодні та так там ти то тут ты у це цей ця чому что що это этот я як який і із її
"""

# Names that end as verbs and adverbs do.
_LIKE_VERBS = """
ahmed alfred beverly billy carly connelly connolly dowling downing emily ewing fleming golding hamed harding
hawking holly jared keating kelly kimberly kipling lily manning mildred mohamed mohammed molly polly redding
reilly rowling sally shelly sterling wilding willy winifred
"""

COMMON_WORDS = frozenset((_SMALL_WORDS + _NEWS_WORDS + _HEADLINE_VERBS + _ROLES + _OTHER_LANGUAGES).split())
NEWS_WORDS = frozenset((_NEWS_WORDS + _ROLES + _PEOPLES).split())
NOT_PEOPLE = frozenset((_CALENDAR + _PLACES + _PEOPLES + _OUTLETS).split())
_NAMES_LIKE_VERBS = frozenset(_LIKE_VERBS.split())


def reads_like_a_verb(word: str) -> bool:
    """Tell whether a capitalized word ends like "Planning", "Killed" or "Reportedly"."""
    lowered = word.lower()
    return len(lowered) > 4 and lowered.endswith(("ing", "ed", "ly")) and lowered not in _NAMES_LIKE_VERBS
