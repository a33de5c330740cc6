"""The vocabulary of generated networks: namespaces, code lists, and the words that names and quotations are made of."""

from __future__ import annotations

from collections.abc import Iterator

BASE = "https://zorgnetwerk.example/"
ID = f"{BASE}id/"
AUTH = f"{BASE}auth/"
ZN = f"{BASE}ns/zorgnetwerk#"
ORG = "http://www.w3.org/ns/org#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCT = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
OA = "http://www.w3.org/ns/oa#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
WGS = "http://www.w3.org/2003/01/geo/wgs84_pos#"
PREFIXES = {"zn": ZN, "org": ORG, "skos": SKOS, "dct": DCT, "prov": PROV, "oa": OA, "rdf": RDF, "wgs": WGS, "xsd": XSD}
CODES = {
    "samenwerkingsvormen": (
        "ziekenhuisnetwerk", "locoregionaal-ziekenhuisnetwerk<ziekenhuisnetwerk", "klinisch-netwerk<locoregionaal-ziekenhuisnetwerk",
        "universitair-netwerk<ziekenhuisnetwerk", "aankoopnetwerk<ziekenhuisnetwerk", "eerstelijnszone", "zorgzone<eerstelijnszone", "bilaterale-samenwerking",
        "onderzoekssamenwerking<bilaterale-samenwerking", "stage-overeenkomst<bilaterale-samenwerking", "expertnetwerk", "overlegplatform",
    ),
    "rollen": ("deelnemer", "initiatiefnemer", "coordinator", "waarnemer"),
    "zekerheden": ("expliciet", "impliciet", "afgeleid", "waarschijnlijk"),
    "organisatiesoorten": ("algemeen-ziekenhuis", "universitair-ziekenhuis", "psychiatrisch-centrum", "huisartsenkring", "woonzorgcentrum", "hogeschool", "bestuur"),
    "zorgdomeinen": ("cardiologie", "oncologie", "pediatrie", "geriatrie", "kno", "radiologie", "psychiatrie", "revalidatie", "nefrologie", "pneumologie", "palliatieve-zorg", "spoed"),
    "eenheden": ("bedden", "plaatsen", "ziekenhuizen", "inwoners"),
    "gebeurtenissoorten": ("oprichting", "ondertekening", "fusie", "opening", "erkenning"),
    "beweringsoorten": ("naam", "naamvariant", "afkorting", "doel", "plaats"),
}  # fmt: skip
SAINTS = (
    "Jozef",
    "Maria",
    "Lucas",
    "Elisabeth",
    "Trudo",
    "Vincentius",
    "Rembert",
    "Dimpna",
    "Jan",
    "Nikolaas",
    "Damiaan",
    "Augustinus",
)
KINDS = ("AZ Sint", "Ziekenhuis Sint", "Centrum Sint", "Zorggroep Sint", "Kring Sint", "Huis Sint")
ENDINGS = ("berg", "dam", "gem", "hoven", "kerke", "lare", "rode", "straten", "velde", "zele")
STARTS = (
    "Aal",
    "Bever",
    "Damme",
    "Elzen",
    "Gras",
    "Hasel",
    "Kalm",
    "Linde",
    "Maas",
    "Nete",
    "Oever",
    "Populier",
    "Rozen",
    "Schelde",
    "Tongel",
    "Wilgen",
)
_WORDS = """samen zorg netwerk patient kwaliteit afspraken regio expertise artsen opleiding overleg dossier thuiszorg preventie toegankelijk doorverwijzing dienst campus onderzoek welzijn mensen buurt vrijwilligers continuiteit wachttijd behandeling nazorg kennis delen versterken bouwen groeien"""
WORDS = tuple(_WORDS.split())


def codes() -> Iterator[str]:
    """The code lists, with labels in two languages; a concept may have a broader one."""
    graph = f"<{ID}graaf/ontologie>"
    for scheme, concepts in CODES.items():
        for concept in concepts:
            slug, _, broader = concept.partition("<")
            thing = f"<{AUTH}{scheme}/{slug}>"
            yield f"{thing} <{RDF}type> <{SKOS}Concept> {graph} ."
            yield f"{thing} <{SKOS}inScheme> <{AUTH}{scheme}> {graph} ."
            yield f'{thing} <{SKOS}prefLabel> "{slug.replace("-", " ")}"@nl {graph} .'
            yield f'{thing} <{SKOS}prefLabel> "{slug.replace("-", " ")} (en)"@en {graph} .'
            if broader:
                yield f"{thing} <{SKOS}broader> <{AUTH}{scheme}/{broader}> {graph} ."
