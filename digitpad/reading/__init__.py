"""From a drawing or a picture to a reading: one digit, a whole number, or no digit."""
