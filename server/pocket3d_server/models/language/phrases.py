"""Words that put several things together: relations, numbers without digits, arrangements, equal names."""

from __future__ import annotations

RELATIONS: dict[str, str] = {
    "on": "on", "on top of": "on", "on the top of": "on", "atop": "on", "upon": "on", "onto": "on",
    "under": "under", "beneath": "under", "below": "under", "underneath": "under", "over": "above", "above": "above",
    "in": "in", "inside": "in", "inside of": "in", "within": "in", "into": "in",
    "beside": "beside", "next to": "beside", "near": "beside", "by": "beside", "alongside": "beside",
    "close to": "beside", "against": "against", "left of": "left", "to the left of": "left", "right of": "right",
    "to the right of": "right", "behind": "behind", "in front of": "before", "around": "around", "at": "at",
    "riding": "riding", "riding on": "riding", "astride": "riding",
    "with": "with", "has": "with", "having": "with", "that has": "with", "and": "also", ",": "also", "plus": "also",
    "and with": "also", "full of": "contains", "filled with": "contains", "containing": "contains", "of": "of",
    "surrounded by": "ringed", "between": "flanked", "flanked by": "flanked", "holding": "holds", "carrying": "holds", "wielding": "holds", "armed with": "holds",
    "without": "own", "wearing": "own", "dressed in": "own", "made of": "own", "made from": "own", "for": "own",
    "from": "own", "covered with": "own", "covered in": "own", "painted": "own", "topped with": "with",
}  # fmt: skip
"""What each means; ``own`` keeps what follows with the thing before it."""

PARTICIPLES = frozenset(
    """standing sitting lying laying sleeping resting perched placed put seated leaning hanging parked floating
    displayed located kneeling crouching hiding laid that which who is are""".split()  # noqa: SIM905
)
"""What may stand before a relation without changing it: "a cat sitting on a chair"."""

PRONOUNS = frozenset({"it", "them", "him", "her", "top", "each", "this"})
"""What stands for the thing named before: "a desk with a laptop on it"."""
HANDS = frozenset({"hand", "hands", "arm", "arms", "fist"})

QUANTITIES: dict[str, int] = {
    "couple": 2, "few": 3, "several": 4, "some": 3, "many": 7, "lot": 7, "lots": 7, "handful": 4, "dozen": 12,
    "trio": 3, "number": 4,
}  # fmt: skip

ARRANGEMENTS: dict[str, tuple[str, int]] = {
    "pair": ("pair", 2), "row": ("row", 4), "line": ("row", 5), "stack": ("stack", 4), "tower": ("stack", 5),
    "pile": ("pile", 6), "heap": ("pile", 7), "bunch": ("pile", 5), "group": ("group", 4), "herd": ("group", 5),
    "flock": ("group", 5), "crowd": ("group", 7), "pack": ("group", 5), "circle": ("ring", 6), "ring": ("ring", 6),
    "set": ("row", 4), "collection": ("row", 4), "cluster": ("group", 5), "forest": ("group", 9), "fleet": ("group", 4),
}  # fmt: skip
"""How many make one, and how they stand."""

PLURAL_ONLY = frozenset(
    """glasses eyeglasses sunglasses spectacles scissors shears pants trousers jeans shorts tights leggings headphones
    earphones binoculars pliers goggles tongs tweezers stairs scales pajamas pyjamas overalls clothes bagpipes
    handcuffs""".split()  # noqa: SIM905
)
"""One thing with a name in plural."""
PAIRED = frozenset(
    """shoe boot sneaker trainer sandal slipper heel loafer glove mitten sock ski skate earring flipper
    dumbbell chopstick""".split()  # noqa: SIM905
)
"""Things that come in twos when their number is not said."""

WHOLES = frozenset({"chest of drawers", "deck of cards", "game of chess", "loaf of bread"})
"""Names with "of" in them that no family needs to list."""

KINDS_OF: dict[str, tuple[str, ...]] = {
    "fruit": ("apple", "orange", "banana", "pear"), "vegetable": ("carrot", "tomato", "potato", "onion"),
}  # fmt: skip
"""Members of a kind, which stand for it."""

SAME: tuple[tuple[str, ...], ...] = (
    ("trash can", "garbage can", "rubbish bin", "dustbin", "trash bin", "waste bin", "wastebasket", "trashcan"),
    ("flashlight", "pocket torch", "electric torch"), ("sneaker", "trainer", "running shoe", "sports shoe"),
    ("truck", "lorry"), ("airplane", "aeroplane", "aircraft"), ("cookie", "biscuit"), ("french fries", "fries", "chips"),
    ("stroller", "pram", "pushchair", "baby carriage", "buggy"), ("mailbox", "postbox", "letterbox", "letter box", "post box"),
    ("faucet", "tap", "water tap"), ("soccer ball", "football"), ("eggplant", "aubergine"), ("zucchini", "courgette"),
    ("corn", "maize", "corn cob", "sweetcorn"), ("fridge", "refrigerator", "icebox"), ("stove", "cooker", "gas cooker", "hob", "range"),
    ("phone", "cell phone", "mobile phone", "smartphone", "cellphone", "iphone", "mobile"),
    ("television", "tv", "telly", "tv set", "television set"), ("motorcycle", "motorbike", "motor bike"), ("bicycle", "bike", "push bike"),
    ("donut", "doughnut"), ("hamburger", "cheeseburger", "burger"), ("popsicle", "ice lolly", "ice pop"),
    ("lollipop", "lolly"), ("eraser", "rubber eraser"), ("wrench", "spanner"), ("couch", "sofa"), ("closet", "wardrobe"),
    ("sweater", "jumper", "pullover"), ("pants", "trousers"), ("swing", "swing set"), ("crib", "cot", "baby crib"),
    ("pitcher", "jug"), ("pan", "frying pan", "skillet"), ("pot", "cooking pot", "saucepan", "stockpot"),
    ("shopping cart", "shopping trolley", "trolley"), ("gas pump", "petrol pump"), ("traffic light", "stoplight", "traffic signal"),
    ("phone booth", "telephone box", "phone box", "telephone booth"), ("fire truck", "fire engine"), ("ladybug", "ladybird"),
    ("bathtub", "bath", "bath tub", "tub"), ("toilet", "loo", "lavatory", "wc"), ("sink", "washbasin", "wash basin", "basin"),
    ("vacuum cleaner", "hoover", "vacuum"), ("clothespin", "clothes peg"), ("wallet", "billfold"), ("handbag", "purse"),
    ("suitcase", "luggage"), ("rug", "carpet"), ("drapes", "curtains"), ("picture frame", "photo frame"), ("armchair", "easy chair"),
    ("turtle", "tortoise"), ("rooster", "cockerel"), ("donkey", "ass"), ("bunny", "rabbit"), ("kitty", "kitten"), ("doggy", "dog"),
    ("frog", "toad"), ("hippo", "hippopotamus"), ("rhino", "rhinoceros"), ("laptop", "notebook computer", "laptop computer"),
    ("computer", "pc", "personal computer", "desktop computer", "desktop pc"), ("headphones", "headset"), ("loudspeaker", "speaker"),
    ("drum kit", "drum set", "drums"), ("dice", "die"), ("teddy bear", "teddy"), ("wristwatch", "watch"), ("necktie", "tie"),
    ("submarine", "u boat"), ("helicopter", "chopper"), ("flying saucer", "ufo"), ("camping tent", "tent"), ("campfire", "bonfire", "camp fire"),
    ("bucket", "pail"), ("shovel", "spade"), ("hydrant", "fire hydrant", "fire plug"), ("streetcar", "tram", "trolley car"),
    ("subway", "underground train"), ("plaster", "band aid"), ("candy", "sweet"), ("peanut", "groundnut"), ("bell pepper", "capsicum"),
)  # fmt: skip
"""Names for one thing, British, American and everyday; where a family knows one of them, it knows all."""
