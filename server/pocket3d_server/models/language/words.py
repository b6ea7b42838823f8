"""The words that the parser knows, as plain tables."""

from __future__ import annotations

from pocket3d_server.models.language.brief import RGB


def _hex(code: str) -> RGB:
    return (int(code[0:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:6], 16) / 255)


COLOURS: dict[str, RGB] = {
    name: _hex(code)
    for name, code in {
        "red": "c8141e", "scarlet": "d8201a", "crimson": "a8102c", "maroon": "6e1423", "burgundy": "701c2f",
        "ruby": "a30f3c", "cherry": "b3122b", "coral": "f2735e", "salmon": "f08c78", "pink": "f08cb0",
        "magenta": "c81e8c", "fuchsia": "d62598", "rose": "e08a98", "orange": "ee7a1c", "tangerine": "f58a2a",
        "peach": "f7bf98", "apricot": "f4b071", "amber": "f2a516", "yellow": "f4cc20", "lemon": "f6e34a",
        "mustard": "c79a1e", "ochre": "be8427", "cream": "f5ecd2", "ivory": "f4f0e0", "beige": "d9c7a4",
        "tan": "c9a878", "khaki": "a89a6a", "sand": "dcc394", "brown": "6b4226", "chestnut": "7d3f23",
        "chocolate": "4a2b1a", "caramel": "b07238", "coffee": "523a2a", "mahogany": "5a2418", "walnut": "5b3b26",
        "green": "2f8f3e", "lime": "9ad02a", "olive": "71752e", "emerald": "12895a", "mint": "9adfc0",
        "sage": "9aab89", "forest": "22532d", "teal": "147a7a", "turquoise": "2bbdb4", "aqua": "4fd0d6",
        "cyan": "20c0dc", "blue": "1f56c0", "navy": "172a58", "azure": "2b8ce0", "cobalt": "1b46a6",
        "sapphire": "143f9c", "indigo": "3b2c8c", "purple": "6c2f9c", "violet": "7d46c0", "lavender": "b9a4e0",
        "lilac": "c6a4d6", "plum": "6a2a56", "mauve": "a8789c", "white": "f4f4f2", "black": "141416",
        "grey": "808488", "gray": "808488", "charcoal": "36393d", "anthracite": "2c2f33", "golden": "e2ae2e",
        "silvery": "c4c7cb", "blond": "e6c878", "blonde": "e6c878", "ginger": "c8691f",
    }.items()
}  # fmt: skip

PURPOSES: dict[str, frozenset[str]] = {
    "coffee": frozenset(
        {
            "mug",
            "cup",
            "pot",
            "table",
            "machine",
            "maker",
            "grinder",
            "press",
            "bean",
            "jar",
            "tin",
            "bag",
            "shop",
            "van",
        }
    ),
    "mustard": frozenset({"jar", "pot", "bottle"}),
    "cream": frozenset({"jug", "pitcher"}),
    "walnut": frozenset({"tree", "shell"}),
}
"""Colours that before these nouns say what a thing is for: a coffee mug need not be brown."""

MODIFIERS: dict[str, tuple[float, float]] = {
    "light": (0.40, 0.95), "pale": (0.55, 0.75), "dark": (-0.50, 1.0), "deep": (-0.35, 1.15),
    "bright": (0.08, 1.35), "vivid": (0.0, 1.4), "neon": (0.10, 1.7), "pastel": (0.55, 0.85),
    "dusty": (0.15, 0.55), "muted": (0.05, 0.55), "royal": (-0.10, 1.2), "sky": (0.45, 1.0),
    "baby": (0.55, 0.9), "hot": (0.0, 1.4), "soft": (0.30, 0.75), "dull": (-0.05, 0.5), "midnight": (-0.65, 1.0),
}  # fmt: skip
"""Lightness to add in -1..1 and factor on the saturation."""

MATERIALS: dict[str, str] = {
    "wood": "wood", "wooden": "wood", "oak": "wood", "pine": "wood", "timber": "wood", "teak": "wood",
    "log": "wood", "bamboo": "bamboo", "metal": "metal", "metallic": "metal", "steel": "steel", "iron": "iron",
    "aluminium": "aluminium", "aluminum": "aluminium", "titanium": "steel", "chrome": "chrome",
    "gold": "gold", "silver": "silver", "bronze": "bronze", "brass": "brass", "copper": "copper",
    "stone": "stone", "rock": "stone", "granite": "stone", "cobblestone": "stone", "sandstone": "stone",
    "marble": "marble", "brick": "brick", "concrete": "concrete", "cement": "concrete", "slate": "slate",
    "glass": "glass", "crystal": "glass", "plastic": "plastic", "rubber": "rubber", "fabric": "fabric",
    "cloth": "fabric", "cotton": "fabric", "linen": "fabric", "velvet": "velvet", "wool": "wool",
    "woollen": "wool", "leather": "leather", "ceramic": "ceramic", "porcelain": "ceramic", "clay": "clay",
    "terracotta": "clay", "paper": "paper", "cardboard": "cork", "cork": "cork", "ice": "ice", "icy": "ice",
    "straw": "straw", "wicker": "wicker", "rattan": "wicker", "rusty": "rust",
    "rusted": "rust", "diamond": "diamond", "jade": "jade", "bone": "bone", "carbon": "carbon", "snow": "snow",
    "canvas": "canvas",
}  # fmt: skip

SIZES: dict[str, float] = {
    "tiny": 0.4, "miniature": 0.35, "mini": 0.6, "little": 0.7, "small": 0.7, "compact": 0.85, "big": 1.35,
    "large": 1.4, "huge": 2.0, "enormous": 2.2, "giant": 2.5, "gigantic": 2.8, "massive": 2.0, "colossal": 3.0,
}  # fmt: skip

PROPORTIONS: dict[str, dict[str, float]] = {
    "tall": {"height": 1.35}, "high": {"height": 1.3}, "short": {"height": 0.72}, "low": {"height": 0.75},
    "flat": {"height": 0.65}, "squat": {"height": 0.7, "girth": 1.2}, "stubby": {"height": 0.75, "girth": 1.2},
    "long": {"length": 1.35}, "elongated": {"length": 1.4}, "wide": {"width": 1.35}, "broad": {"width": 1.3},
    "narrow": {"width": 0.7}, "thick": {"girth": 1.45}, "fat": {"girth": 1.5}, "chunky": {"girth": 1.35},
    "round": {"girth": 1.15}, "chubby": {"girth": 1.4}, "thin": {"girth": 0.65}, "slim": {"girth": 0.75},
    "slender": {"girth": 0.7, "height": 1.1}, "skinny": {"girth": 0.65}, "bulky": {"girth": 1.4},
    "sleek": {"height": 0.93}, "deep": {"length": 1.15},
}  # fmt: skip

NUMBERS: dict[str, int] = {
    "one": 1, "single": 1, "two": 2, "double": 2, "pair": 2, "twin": 2, "three": 3, "triple": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12,
    "sixteen": 16, "twenty": 20, "no": 0, "zero": 0,
}  # fmt: skip

STYLES: dict[str, str] = {
    "modern": "modern", "contemporary": "modern", "minimalist": "modern", "minimal": "modern",
    "scandinavian": "modern", "classic": "classic", "classical": "classic", "vintage": "classic",
    "antique": "classic", "old": "classic", "retro": "classic", "victorian": "classic", "medieval": "medieval",
    "gothic": "medieval", "ancient": "medieval", "viking": "medieval", "fantasy": "fantasy", "magic": "fantasy",
    "magical": "fantasy", "enchanted": "fantasy", "futuristic": "futuristic", "scifi": "futuristic",
    "cyberpunk": "futuristic", "alien": "futuristic", "cartoon": "cartoon", "cartoonish": "cartoon",
    "cute": "cartoon", "stylized": "cartoon", "stylised": "cartoon", "rustic": "rustic", "country": "rustic",
    "farmhouse": "rustic", "luxury": "luxury", "luxurious": "luxury", "royal": "luxury", "elegant": "luxury",
    "fancy": "luxury", "toy": "toy", "lowpoly": "low_poly", "industrial": "industrial", "steampunk": "industrial",
}  # fmt: skip

CONNECTORS: dict[str, str] = {
    "low poly": "lowpoly", "low-poly": "lowpoly", "sci-fi": "scifi", "sci fi": "scifi", "art deco": "classic",
    "carbon fibre": "carbon", "carbon fiber": "carbon", "stainless steel": "steel", "cast iron": "iron",
    "hot dog": "hotdog", "ice cream": "icecream", "ice-cream": "icecream", "chocolate bar": "chocolatebar", "bar of chocolate": "chocolatebar",
    "slice of watermelon": "watermelon slice", "piece of watermelon": "watermelon slice",
    "toy train": "toytrain", "light bulb": "lightbulb", "t shirt": "tshirt", "t-shirt": "tshirt", "chest of drawers": "dresser", "mid century": "classic", "old fashioned": "classic", "old-fashioned": "classic",
}  # fmt: skip

FILLERS = frozenset(
    [
        "a",
        "an",
        "the",
        "its",
        "it",
        "his",
        "her",
        "their",
        "very",
        "really",
        "some",
        "of",
        "made",
        "out",
        "coloured",
        "colored",
        "color",
        "colour",
        "shiny",
        "glossy",
        "matte",
        "worn",
        "clean",
        "new",
        "nice",
        "beautiful",
        "simple",
        "detailed",
        "realistic",
        "little",
        "full",
        "filled",
        "covered",
    ]
)

MEASURES = frozenset(
    [
        "pair",
        "set",
        "bunch",
        "pile",
        "stack",
        "piece",
        "slice",
        "model",
        "statue",
        "figure",
        "kind",
        "type",
        "row",
        "group",
        "sculpture",
        "figurine",
        "carving",
    ]
)
"""What stands before "of" without being the thing itself."""

FIGURES = frozenset({"statue", "sculpture", "figurine", "carving"})
"""Images of a thing, all of one material: "a horse statue" and "a statue of a horse" are the same."""

IRREGULAR: dict[str, str] = {
    "men": "man", "women": "woman", "people": "person", "children": "child", "feet": "foot", "teeth": "tooth",
    "geese": "goose", "mice": "mouse", "knives": "knife", "leaves": "leaf", "wolves": "wolf", "shelves": "shelf",
    "loaves": "loaf", "axes": "axe", "scissors": "scissors", "glasses": "glasses", "stairs": "stairs",
    "storeys": "storey", "stories": "storey", "skis": "ski", "dice": "dice", "is": "is", "as": "as", "us": "us",
    "houses": "house", "vases": "vase", "horses": "horse", "roses": "rose", "buses": "bus", "bases": "base",
    "noses": "nose", "hooves": "hoof", "benches": "bench", "wheels": "wheel", "this": "this", "his": "his",
    "its": "its", "chess": "chess", "trees": "tree", "eyes": "eye", "shoes": "shoe", "pliers": "pliers",
    "drawers": "drawer", "headphones": "headphones", "binoculars": "binoculars", "potatoes": "potato",
}  # fmt: skip

POSES = frozenset(
    """standing sitting running walking sleeping jumping flying posing smiling lying laying dancing waving swimming
    fighting crouching kneeling resting seated eating barking roaring howling crawling climbing galloping
    laughing crying hiding stretching leaping""".split()  # noqa: SIM905
)
"""Participles for what a living thing is doing; never the thing itself."""

ACTIONS = frozenset({"wearing", "holding", "carrying", "riding", "looking"})
"""Participles that stand between the object and what goes with it."""

FOREIGN = frozenset(
    """ein eine einen einem einer eines der das und mit ohne rot rotes roter rote blau blaues blauer grün grünes
    weiß schwarz schwarzes schwarzer haus hund stuhl tisch katze pferd baum
    un une le les avec sans rouge bleu voiture maison chien chaise arbre cheval
    el los una unos con sin rojo roja azul coche perro casa silla gato caballo árbol
    il gli macchina rosso rossa cavallo sedia um uma com carro vermelho cachorro
    een het met rood rode hond stoel paard och ett bil röd hest og med""".split()  # noqa: SIM905
)
"""Small and common words of other languages that English has no use for in a prompt."""
