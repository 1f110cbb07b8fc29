package diag

import "slices"

var (
	fault  = [2]Severity{Error, Error}     // the input, or the controller itself, rules it out
	doubt  = [2]Severity{Error, Warning}   // the controller would write it; kgw finds fault with it
	notice = [2]Severity{Warning, Warning} // written, and worth knowing
	aside  = [2]Severity{Info, Info}       // for the record
)

// Rules is the table of codes, in order. A retired code stays in it.
var Rules = slices.Concat(readingRules, structureRules, policyRules, overlapRules, targetRules, clusterRules, migrationRules)
