// A library of a name alone.
