"""Who lives in the demo bank. Invented people and shops; any likeness is chance."""

from __future__ import annotations

from typing import NamedTuple


class Resident(NamedTuple):
    """Somebody with a salary, a home and habits. Amounts are whole rupees a month."""

    username: str
    name: str
    employer: str
    salary: int
    landlord: str
    rent: int
    city: str


class Business(NamedTuple):
    """A shop, an employer or a utility: it receives, and some of it pays salaries."""

    username: str
    name: str


EMPLOYERS = (
    Business("sagarsoftware", "Sagar Software"),
    Business("kaverihospital", "Kaveri Hospital"),
    Business("vidyaschool", "Vidya Public School"),
    Business("neelamtextiles", "Neelam Textiles"),
)

GROCERS = (Business("annapurna", "Annapurna Kirana"), Business("freshcart", "FreshCart Bazaar"))
RESTAURANTS = (Business("udupihouse", "Udupi House"), Business("chaipoint", "Tapri Chai Corner"))
SWEETS = Business("mithaighar", "Mithai Ghar")
CLOTHES = Business("rangmahal", "Rang Mahal Sarees")
POWER = Business("urjapower", "Urja Power & Light")
PHONE = Business("doortelecom", "Door Telecom")
METRO = Business("nagarmetro", "Nagar Metro Card")

BUSINESSES = (*EMPLOYERS, *GROCERS, *RESTAURANTS, SWEETS, CLOTHES, POWER, PHONE, METRO)

RESIDENTS = (
    Resident("asha", "Asha Raman", "sagarsoftware", 49_500, "lakshmi.iyer", 14_500, "Bengaluru"),
    Resident("rohan", "Rohan Mehta", "sagarsoftware", 46_000, "harish.patel", 13_000, "Pune"),
    Resident("meera.nair", "Meera Nair", "kaverihospital", 42_000, "lakshmi.iyer", 11_000, "Kochi"),
    Resident("arjun.singh", "Arjun Singh", "neelamtextiles", 31_000, "gurpreet.kaur", 8_500, "Amritsar"),
    Resident("fatima.khan", "Fatima Khan", "vidyaschool", 36_500, "harish.patel", 9_000, "Hyderabad"),
    Resident("vikram.joshi", "Vikram Joshi", "sagarsoftware", 48_000, "harish.patel", 15_000, "Mumbai"),
    Resident("priya.das", "Priya Das", "kaverihospital", 38_000, "lakshmi.iyer", 9_500, "Kolkata"),
    Resident("imran.sheikh", "Imran Sheikh", "neelamtextiles", 33_000, "gurpreet.kaur", 8_000, "Lucknow"),
    Resident("ananya.bose", "Ananya Bose", "vidyaschool", 35_000, "lakshmi.iyer", 9_000, "Kolkata"),
    Resident("karthik.reddy", "Karthik Reddy", "sagarsoftware", 47_500, "harish.patel", 14_000, "Hyderabad"),
    Resident("divya.menon", "Divya Menon", "kaverihospital", 41_000, "lakshmi.iyer", 10_500, "Kochi"),
    Resident("joseph.dsouza", "Joseph D'Souza", "vidyaschool", 34_500, "harish.patel", 10_000, "Panaji"),
    Resident("sunita.yadav", "Sunita Yadav", "neelamtextiles", 29_000, "gurpreet.kaur", 7_000, "Jaipur"),
    Resident("aditya.kulkarni", "Aditya Kulkarni", "sagarsoftware", 45_000, "harish.patel", 12_500, "Pune"),
    Resident("zoya.ansari", "Zoya Ansari", "kaverihospital", 37_500, "gurpreet.kaur", 9_000, "Delhi"),
    Resident("manoj.tiwari", "Manoj Tiwari", "neelamtextiles", 30_500, "gurpreet.kaur", 7_500, "Varanasi"),
    Resident("kavya.rao", "Kavya Rao", "sagarsoftware", 44_000, "lakshmi.iyer", 12_000, "Bengaluru"),
    Resident("tenzin.dorje", "Tenzin Dorje", "vidyaschool", 32_000, "gurpreet.kaur", 7_500, "Gangtok"),
)

# One who has registered and waits for KYC, and one whose first account waits for approval: work for the back office.
WAITING_FOR_KYC = ("nisha.gupta", "Nisha Gupta")
WAITING_FOR_ACCOUNT = ("rahul.verma", "Rahul Verma")

LANDLORD_NAMES = {"lakshmi.iyer": "Lakshmi Iyer", "harish.patel": "Harish Patel", "gurpreet.kaur": "Gurpreet Kaur"}
