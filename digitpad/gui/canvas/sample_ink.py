"""A digit drawn beforehand, for the tour and wherever one is shown before anybody has drawn.

A 3 in one stroke: x and y on a sheet of 400 x 480, about every tenth of a second.
"""

THREE_SHEET = (400, 480)
THREE = (
    ((96, 92), (110, 76), (132, 62), (160, 52), (192, 47), (224, 50), (252, 60), (272, 77), (282, 100), (281, 125),
     (269, 150), (248, 172), (220, 190), (190, 203), (170, 210), (196, 210), (228, 215), (258, 227), (283, 246),
     (300, 272), (306, 302), (301, 333), (286, 362), (262, 386), (231, 403), (196, 412), (161, 411), (130, 400),
     (106, 380), (92, 356)),
)  # fmt: skip
