package match

// relateSets compares two sets with the default budget.
func relateSets(a, b Set) Relation { return Compile(a).Relate(Compile(b), 0) }

// differenceOf reports whether a has a request that none of bs has, with the
// default budget.
func differenceOf(a Set, bs ...Set) Rest {
	return Compile(a).Difference(0, compileSets(bs)...)
}

// compileSets compiles sets.
func compileSets(sets []Set) []*Matcher { return (*Judge)(nil).CompileAll(sets) }
