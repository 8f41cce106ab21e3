"""langbias: does a chatbot serve people in distress equally well in every language?"""

__version__ = "0.1.0"
