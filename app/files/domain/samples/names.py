"""First names, last names, and cities by country, for invented people."""

from typing import Final, NamedTuple

# ruff: noqa: RUF001


class Country(NamedTuple):
    """A country. `weight` is the share of people in percent. `dial` holds patterns of phone numbers reserved
    for fiction, where the country has such a range: # is a digit, | separates patterns."""

    code: str
    weight: int
    first: tuple[str, ...]
    last: tuple[str, ...]
    towns: tuple[str, ...]
    dial: str = ""


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


def _country(code: str, weight: int, first: str, last: str, towns: str, dial: str = "") -> Country:
    return Country(code, weight, _words(first), _words(last), _words(towns), dial)


COUNTRIES: Final[tuple[Country, ...]] = (
    _country(
        "DE",
        16,
        "Anna Lena Katharina Sabine Jürgen Matthias Thomas Björn Ursula Heike Florian Sebastian Mia "
        "Emil Greta "
        "Käthe Dieter Anke Holger Svenja Tobias Ingrid Lukas Marlene",
        "Müller Schneider Fischer Weber Wagner Becker Schäfer Koch Bauer Richter Krüger Hoffmann "
        "Schröder Lehmann "
        "Vogel Jäger Groß Böhm Winter Kühn Sommer Lorenz Pfeiffer Albrecht",
        "Berlin Hamburg München Köln Leipzig Bremen Nürnberg Freiburg Kassel Würzburg",
        "+49 30 23125 ###",
    ),
    _country(
        "US",
        15,
        "Emily Jacob Madison Tyler Ashley Brandon Hannah Justin Grace Logan Natalie Caleb Audrey "
        "Marcus Denise "
        "Terrence Vanessa Darnell Paige Wyatt Harper Elijah Claire Nolan",
        "Miller Carter Brooks Coleman Hayes Bennett Foster Simmons Russell Griffin Hamilton Wallace "
        "Jenkins Perry "
        "Sanders Price Barnes Henderson Ellis Whitaker Monroe Delgado Vaughn Pruitt",
        "Austin Portland Denver Chicago Raleigh Tucson Minneapolis Savannah Boise Albany",
        "+1 212 555 01##|+1 312 555 01##|+1 503 555 01##|+1 617 555 01##|+1 919 555 01##",
    ),
    _country(
        "GB",
        11,
        "Oliver Amelia Harry Isla George Poppy Alfie Imogen Callum Bethany Rhys Megan Fraser Eilidh "
        "Nigel Hazel "
        "Gareth Siân Rupert Harriet Duncan Tamsin",
        "Taylor Davies Evans Walker Robinson Thompson Wright Hughes Edwards Hall Clarke Turner "
        "Patel Campbell "
        "Stewart Bell Fletcher Ashworth Pemberton Llewellyn Ogilvie Hargreaves",
        "London Leeds Bristol Cardiff Glasgow Norwich Exeter York Belfast Brighton",
        "+44 7700 900###",
    ),
    _country(
        "FR",
        9,
        "Camille Léa Chloé Mathieu Élodie Julien Aurélie Benoît Océane Thibault Margaux Rémi Solène "
        "Gaël Inès "
        "Hervé Mireille Loïc Célestine Baptiste",
        "Martin Bernard Dubois Lefèvre Moreau Laurent Girard Rousseau Fontaine Chevalier Marchand "
        "Gauthier Perrin "
        "Guérin Lemoine Besson Carpentier Delorme Vasseur Poirier",
        "Paris Lyon Nantes Toulouse Lille Rennes Bordeaux Grenoble Annecy Dijon",
        "+33 6 39 98 ## ##",
    ),
    _country(
        "ES",
        7,
        "Lucía Alejandro María José Carmen Íñigo Noelia Álvaro Pilar Begoña Hugo Rocío Andrés Nuria "
        "Iker Maite",
        "García Fernández González Rodríguez López Martínez Sánchez Gómez Díaz Moreno Muñoz Álvarez "
        "Romero Navarro "
        "Ibáñez Peña",
        "Madrid Valencia Sevilla Bilbao Zaragoza Málaga Granada Gijón",
    ),
    _country(
        "IT",
        6,
        "Giulia Marco Francesca Luca Chiara Matteo Alessia Davide Beatrice Nicolò Ilaria Pietro "
        "Ginevra Salvatore",
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Conti D'Angelo "
        "Lombardi Moretti",
        "Milano Torino Bologna Firenze Napoli Verona Palermo Genova",
    ),
    _country(
        "NL",
        5,
        "Sanne Daan Fleur Bram Lotte Thijs Anouk Ruben Femke Joost Marieke Pieter",
        "de_Vries van_den_Berg Jansen Bakker Visser Smit Meijer Mulder Bos van_Dijk Hendriks Dekker",
        "Amsterdam Utrecht Rotterdam Groningen Eindhoven Haarlem Zwolle",
    ),
    _country(
        "PL",
        4,
        "Agnieszka Piotr Małgorzata Łukasz Zofia Tomasz Katarzyna Michał Ewa Paweł Józef Wioletta",
        "Nowak Kowalska Wiśniewski Wójcik Kamińska Lewandowski Zielińska Szymański Dąbrowska Mazur "
        "Krawczyk Grabowski",
        "Warszawa Kraków Łódź Wrocław Poznań Gdańsk Lublin",
    ),
    _country(
        "BR",
        4,
        "Beatriz João Larissa Thiago Fernanda Gabriel Letícia Rafael Camila Caio Luíza Vinícius",
        "Silva Santos Oliveira Souza Pereira Costa Carvalho Almeida Ribeiro Araújo Gonçalves Nascimento",
        "São_Paulo Curitiba Recife Salvador Fortaleza Brasília Florianópolis",
    ),
    _country(
        "SE",
        3,
        "Astrid Erik Linnéa Oskar Elin Gustav Maja Håkan Åsa Nils",
        "Andersson Johansson Lindberg Sjöström Nyström Bergqvist Hedlund Åkesson Öberg Ekström",
        "Stockholm Göteborg Malmö Uppsala Umeå",
        "+46 70 174 06 ##",
    ),
    _country(
        "TR",
        3,
        "Ayşe Mehmet Elif Emre Zeynep Çağlar Büşra Gökhan Şule İbrahim",
        "Yılmaz Kaya Demir Çelik Şahin Yıldız Öztürk Aydın Arslan Doğan",
        "İstanbul Ankara İzmir Bursa Eskişehir",
    ),
    _country(
        "IN",
        3,
        "Priya Arjun Kavya Rohan Meera Vikram Ananya Suresh Lakshmi Farhan",
        "Sharma Iyer Reddy Nair Banerjee Deshpande Kulkarni Chatterjee Menon Qureshi",
        "Mumbai Bengaluru Chennai Kolkata Pune Jaipur",
    ),
    _country(
        "NG",
        2,
        "Chiamaka Emeka Folake Tunde Ngozi Ibrahim Adaeze Segun",
        "Okafor Adeyemi Okonkwo Balogun Eze Abubakar Nwosu Adebayo",
        "Lagos Abuja Ibadan Enugu",
    ),
    _country(
        "JP",
        2,
        "Yuki Haruto Sakura Kenji Aiko Daisuke Naomi Takumi",
        "Satō Suzuki Tanaka Watanabe Itō Yamamoto Nakamura Kobayashi",
        "Tōkyō Ōsaka Kyōto Sapporo Fukuoka",
    ),
    _country(
        "MX",
        2,
        "Ximena Diego Guadalupe Emiliano Valeria Rodrigo Fernanda Ángel",
        "Hernández Ramírez Torres Flores Rivera Mendoza Castillo Ortiz",
        "Monterrey Puebla Guadalajara Mérida Oaxaca",
    ),
    _country(
        "IE",
        2,
        "Aoife Cian Niamh Oisín Saoirse Pádraig Róisín Declan",
        "Murphy O'Brien Byrne Ryan O'Sullivan Doyle McCarthy Gallagher",
        "Dublin Cork Galway Limerick",
        "+353 20 917 ####",
    ),
    _country(
        "CZ",
        2,
        "Tereza Jakub Kateřina Ondřej Lucie Vojtěch Markéta Jiří",
        "Novák Svobodová Dvořák Černá Procházka Kučerová Veselý Horáková",
        "Praha Brno Ostrava Plzeň",
    ),
    _country(
        "GR",
        1,
        "Eleni Giorgos Katerina Nikos Sofia Dimitris",
        "Papadopoulos Georgiou Nikolaidis Vlachou Karras Ioannou",
        "Athína Thessaloníki Pátra",
    ),
    _country(
        "VN",
        1,
        "Linh Minh Trang Hải Phương Dũng",
        "Nguyễn Trần Phạm Hoàng Đặng Bùi",
        "Hà_Nội Huế Đà_Nẵng",
    ),
    _country(
        "AU",
        2,
        "Matilda Lachlan Kirra Angus Bronte Declan Tahlia Hamish",
        "Nguyen O'Connor Fitzgerald Papas Gallo McKenzie Lawson Barton",
        "Sydney Hobart Perth Adelaide Cairns",
        "+61 491 570 1##",
    ),
)

COMPANIES: Final[tuple[str, ...]] = _words(
    "Blue_Door_Bakery Northlight_Dental Hartmann_Gärten Casa_Limón Studio_Kontur Fernwood_Yoga "
    "Atelier_Marguerite "
    "Kestrel_Cycles Panadería_Sol Brightwater_Physio Lindenhof_Apotheke Officina_Verde "
    "Tide_&_Timber Polaris_Travel "
    "Salon_Ostwind Maple_Street_Books Cedar_Ridge_Vets Kraftraum_Nord La_Petite_Épicerie Ember_Pottery "
    "Rosewood_Interiors Halden_Optik Trattoria_Bruna Greenline_Couriers Øst_Kaffebar Marigold_Events "
    "Sundown_Swim_School Foxglove_Florists Bergmann_Elektro Copper_Kettle_Brewing"
)
