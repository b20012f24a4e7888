"""Words too common to say what a text is about, folded, in the languages newsrooms here read.

Short on purpose: search keeps them (a phrase may need them), only comparisons of content leave them out.
"""

_ENGLISH = """
a about after again all also am an and any are aren as at be because been before being between both but by
can could couldn did didn do does doesn doing don down during each even ever few for from further get got
had has have having he her here hers him himself his how i if in into is isn it its itself just like ll me
more most much my no nor not now of off on once one only or other our out over own re really s said same say
says she should so some such t than that the their them then there these they this those through to too
under until up us ve very was wasn we were what when where which while who whom why will with won would you
your yours
"""
_SPANISH = """
al algo algunos ante antes asi aunque bien como con contra cual cuando de del desde donde dos el ella ellas
ellos en entre era eran es esa ese eso esta estaba estan estas este esto estos fue fueron ha habia hace
hasta hay la las le les lo los mas me mi mientras mucho muy nada ni no nos o os otra otro para pero poco por
porque que quien se segun ser si sin sobre son su sus tambien tan tanto te tiene todo todos tras tu un una
unas uno unos y ya yo
"""
_FRENCH = """
ai alors apres au aussi aux avant avec avoir bien c ce cela ces cet cette ceux chez comme d dans de depuis
des deux donc dont du elle elles en encore entre est et etait ete etre eu fait il ils j je l la le les leur
leurs lui m ma mais me meme mes moi mon n ne nos notre nous on ont ou par pas peu plus pour qu quand que qui
s sa sans se ses si son sont sous sur ta te tes toi ton tous tout tres tu un une vos votre vous y
"""
_GERMAN = """
aber alle als also am an auch auf aus bei bin bis da dann das dass dem den denn der des die dies diese
dieser doch durch ein eine einem einen einer eines er es etwas fur gegen hab habe haben hat hatte hier ich
ihm ihn ihr ihre im in ist ja kann kein keine mehr mein mich mit nach nicht noch nur ob oder ohne sehr sein
seine seit sich sie sind so uber um und uns unter vom von vor war waren was weil wenn wer wie wir wird wurde
zu zum zur
"""
_PORTUGUESE = """
a ao aos apos as ate com como da das de dela dele depois do dos e ela elas ele eles em entre era essa esse
esta este eu foi foram ha isso isto ja la lhe mais mas me mesmo meu minha muito na nao nas nem no nos nossa
o os ou para pela pelo por qual quando que quem se sem ser seu seus sua suas tambem te tem tinha um uma umas
uns vai voce
"""
_UKRAINIAN = """
або але без би був була були було в вже ви вона вони воно все всі від він для до ж з за зі й його коли мене
мені ми на над нам нас наш не ні о один по при про та так також там те ти то того тому тут у це цей цього ці
чи що щоб я як яка який які є і із їх її
"""

_PIECES = _ENGLISH, _SPANISH, _FRENCH, _GERMAN, _PORTUGUESE, _UKRAINIAN
STOP_WORDS = frozenset(
    word.translate({0x457: 0x456, 0x439: 0x438})  # folding takes the marks off ї and й
    for piece in _PIECES
    for word in piece.split()
)
