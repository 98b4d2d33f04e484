"""Ordinary English words, many of which are also names, such as Mark, Will, and Rose.

A word of this list is replaced only if it is a part of a full name, or if the user says so.
"""

from typing import Final

_WORDS: Final = """
a able about above abroad absence accept access according account across act action active activity actual
add address admin admission adult advance advantage adventure advice after again against age agency agenda
agent ago agree ahead aim air alert alive all allow almost alone along already alright also always amazing
amber among amount an and angel anger animal announce annual another answer any anyone anything anyway apart
apparel appear apple application apply appointment approach approve april area arm around arrange arrival
arrive art article as ash ask aspect asset assist assistant assure at attach attend august author auto
autumn available avenue average avoid await award aware away awesome baby back background bad badge bag
baker balance ball band bank banks bar barber bargain barn base basic basket bath battle bay be beach bean
bear beat beautiful beauty because become bed bee been beer before begin behind being believe bell belong
below benefit berry best bet better between beyond big bike bill bird birth birthday bishop bit black
blessing block blog bloom blue board boat body bold bond bonus book booking books boot border born boss both
bottle bottom bow bowl box boy branch brand brave bread break breakfast bridge brief bright brilliant bring
brook brooks brother brown bud budget build building bundle burn bus bush business busy but butcher butler
button buy by cabin cake calendar call calm camera camp campaign campus can cancel candle candy cap car card
care career carpenter carry cart case cash castle cat catch category cause ceiling celebrate cell center
central chair challenge champion chance change channel chapel chapter charge charity charm chase chat cheap
check checkout cheer cheers cherry chest chief child children chip choice choose church circle city claim
class classic clean clear clerk click client clinic clock close closed closing cloth clothes cloud club
coach coast coat code coffee cold collect college color combination come comfort comment commission common
community company compare complete computer concern concert condition confirm connect connection consent
consider contact content contract control conversation cook cool copper copy coral corner cost cotton could
count country couple coupon courage course court cover craft cream create creative credit crew crisp cross
crow crowd crown cruise crystal cup cure current curry custom customer cut cute cycle daily daisy damage
dance danger dark dash data date dates dawn day days deadline deal dean dear december decide deck decor deep
deer default degree delay delight deliver delivery demand demo deposit depth desert deserve design desk
destination destiny detail details develop device diamond did diet difference different dig digital dinner
direct direction directory disc discount discover discuss dish display district divine do doctor document
does dog dollar done door double dove down download downtown dragon drake draw dream dress drew drink drive
driver drop dry due duke dull during dusk duty each eagle ear earlier early earn earth ease east easter easy
eat edge edit editor education effect effort eight either else email ember employee empty end energy engine
english enjoy enough enter entire entry envelope equal error escape essential estate evaluate even evening
event events ever every everyone everything evidence exact example excellent except exchange excited
exciting exclusive exercise exist expect experience expert expire explain explore express extra eye face
facility fact fail fair fairy faith fall family fan far farm farmer fashion fast father favor favorite fear
feature february fee feed feedback feel feeling fellow fern few field fifth figure file fill film final
finally finance find fine finish fire firm first fish fisher fit fitness five fix flag flash flat flight
floor flora flow flower flowers fly focus folder folks follow food foot for force forest forever forget form
format former forth fortune forum forward foster found foundation fountain four fourth fox frame frank free
freedom frequent fresh friday friend friendly friends from front frost fruit fry full fun function fund
further future gain galaxy gallery game garage garden gardener gas gate gather gave general generous genre
gentle genuine get gift gifts ginger girl give given glad glass global glory glove go goal goals going gold
golden golf gone good goods gorgeous got grace grade grand grandparent grant grape graph grass gray great
green greet greeting grill ground group grove grow growth guarantee guard guess guest guests guidance guide
guitar gum guy gym habit had hair half hall ham hand handle handy happen happiness happy harbor hard hardy
harmony harvest has hat have haven hawk hay hazel he head health healthy hear heart hearth heat heaven heavy
hedge height hello help helpful her herb here hero heron hers hi hidden high highlight hill hills him hint
his history hit ho hold holiday holidays holly home honest honey honor hood hook hope horizon horn horse
host hot hotel hour hours house how however hub huge human hundred hunt hunter hurry hurt i ice icon idea
ideal ideas if image imagine immediately impact import important improve in inbox inch include included
income increase indeed independent index india indian individual industry info information inquiry inside
insight inspire instead insurance interest interesting interior international internet interview into
introduce invest invitation invite invoice iris iron is island issue it item items its ivory ivy jacket jade
jam january jar jazz jeans jet jewel job jobs join joint journey joy judge juice july jump june jungle
junior just justice keep key keys kid kids kind king kings kitchen kite knew knife knight know knowledge lab
label lady lake lamb lamp land lands lane language large lark last late later latest laugh launch laurel law
lawn lawyer lay lead leader leaf league lean learn lease least leather leave leaves led left legal legend
lemon less lesson lessons let letter level library license life lift light lights like lilac lily limit
limited line link links lion list listen lists little live lives living load loan local location lock lodge
log logo london long look looking lord lose loss lost lot lots lotus love lovely low loyal loyalty luck
lucky lunch luxury made magic mail main major make maker man manage manager manner manual many map maple
march mark market marketing marsh mason master match mate material matter mattress maximum may maybe me
meadow meal mean meaning means measure media medicine medium meet meeting melody member members membership
memory men menu merchant mercy merit merry message metal method midnight might mild mile milestone milk mill
miller million mind mine minimum minister minor mint minute minutes miracle mirror miss missed mission mist
misty mix mobile mode model modern moment monday money monitor month monthly months mood moon moor more
morning most mother motion motor mountain mouse mouth move movie much museum music must my myself mystery
nail name names nation natural nature near nearly need needs neighbor nest net network never new newman news
newsletter next nice nicely night nine no noble nobody none noon nor norm normal north not note notes
nothing notice november now number nurse nutrition oak oakley oasis object obvious ocean october odd of off
offer offers office official often oh oil ok okay old olive olympic on once one ones online only open
opening operator opinion opportunity option options or orange orchard orchid order orders organic original
other others ought our ours ourselves out outdoor outfit outside over own owner pace pack package packed
page pages paid pain paint painter pair palace palm pan panel paper paradise parent parents paris parish
park parking part partner parts party pass passage passion passport past path patience patient pattern pause
pay payment peace peach peak pear pearl pen penny pension people pepper per percent perfect perhaps period
person personal pet petal pets phase phoenix phone photo photos phrase physical piano pick picture pie piece
pike pilot pin pine pink pipe piper place placeholder places plan plane planet planning plans plant plants
plate platform play player please pleasure plenty plus pm point points policy pond pool poor pop pope poppy
popular porch port porter portfolio portrait position positive possible post postal poster pot potential
potter pound power practical practice praise precious prefer premium prepare present press pretty prevent
preview previous price prices pride priest prime prince princess print priority private prize pro problem
process produce product products profession professional profile profit program progress project promise
promo promotion proof proper property proposal protect proud provide public pull purchase pure purple
purpose push put quality queen quest question questions quick quickly quiet quilt quite quote rabbit race
rack radio rail rain rainbow raise ram random range ranger rank rare rate rather rating raven raw ray reach
react read reader reading ready real really reason reasons receipt receive received recent recipe recommend
record recover red redeem reduce reef refer referral reflect refresh refund regard regards region register
regular relax release relevant reliable relief remain remember remind reminder remote remove renew renewal
rent repair repeat reply report request require reschedule research reserve reset resort resource respond
response rest restaurant result results retreat return reveal review reviews reward rewards rice rich ride
rider right ring rise rising river rivers road robe robin rock rocky role roll roman room rooms root rope
rose rosemary roses rough round route row royal rule run running rush rust sack sad safe saffron sage said
sail saint salad salary sale sales salmon salon salt same sample sand sands satin satisfaction saturday
sauce save saving savings savvy say scale scarlet scene scent schedule scheme scholar school science scope
score scotch scott screen script sea seal search season seat second secret section secure see seed seem seen
select self sell seller send senior sense sent separate september series serious serve service services
session set setting settings settle setup seven several shade shadow shall shape share sharp she sheet shell
shelter shepherd sheriff shield shift shine ship shipping shirt shoe shoes shop shopping shore short shot
should show shower shown showroom side sight sign signal silence silk silver similar simple simply since
sincere sing singer single sir sister sit site six size skill skin skip sky skye sleep slip slot slow small
smart smile smoke smooth snack snow so soap social society soft software sold sole solid solution some
somebody someone something sometimes son song soon sorry sort soul sound soup source south spa space spark
sparrow speak special specific speech speed spell spend spice spirit spoke sport sports spot spray spring
springs squad square staff stage stamp stand standard star stars start started starter state statement
station status stay steady steak steel step steps sterling stick still stock stone stones stop store stories
storm story straight strange strategy stream street strength stress strict strike string strong structure
student studio study stuff stunning style subject submit subscribe success such sudden sugar suggest suit
suite sum summer summit sun sunday sunny sunset sunshine super supper supply support sure surface surgery
surprise survey swallow swan sweet swift swim swing switch symbol system table tag tailor take taken tale
talent talk tall tape target task tasks taste tattoo tax taxi tea teach teacher team tech technology teen
tell temple ten tender tennis term terms terrace test text texts than thank thanks that the theater their
them theme then there these they thing things think third thirty this thorn those though thought thousand
thread three through thursday thus ticket tickets tie tiger tile till tim time times tiny tip tips title to
today together told tomorrow tone tonight too tool tools top topic total touch tour toward towel tower town
toy track trade tradition train trainer training transfer transport travel treasure treat treatment tree
trees trend trial trick trip trouble truck true trust truth try tuesday tune turn twelve twenty twice twin
two type typical ultra umbrella unable uncle under understand unique unit universe university unless unlock
until up update upgrade upload upon upper us use used useful user usual usually valentine valley valuable
value values variety various vehicle velvet vendor venue verse version very vest via victory video view
villa village vine vintage violet vip virtual virtue vision visit visitor vital voice volume vote voucher
wait waiting walk walker wall walls want war ward warehouse warm warmest warmly warner warranty was wash
waste watch water waters wave way ways we wealth wear weather weaver web website wedding wednesday week
weekend weekly weeks weight welcome well wells went were west what wheat wheel when where whether which
while whisper white who whole why wide wife wild wilder will willow win wind window wine wing winner winter
wisdom wise wish wishes with within without wolf woman women won wonder wonderful wood woods word words work
worker workshop world worry worth would wow wrap wren write wrong yard yeah year years yellow yes yesterday
yet yoga york you young your yours yourself youth zero zone
"""

COMMON_WORDS: Final = frozenset(_WORDS.split())
