"""`nyord torture`: a whole bank under load, broken on purpose by a seeded plan, and audited after every cycle.

plan    what is broken when; pure, so that a number and a seed give it again
load    people who send money, ask for it back and repeat themselves; nobody gives up before there is an answer
memory  every answer that the bank gave, to be held against its books
world   the bank and its engines as real processes; wire  the TCP wires between them; faults  breaking them
audit   what must be zero; run  cycles and their table
"""
