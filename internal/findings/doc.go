// Package findings looks at finished records for what is worth a look: scans,
// floods, services open to strangers, callers like clockwork.
//
// Every finding rests on what packets showed (observed) or on a number alone
// (hint, never above low), carries the numbers it rests on and some records and
// frames to look at, and says what it usually means, which innocent causes there
// are and what to check next. It never says that somebody is infected.
//
// Records may come in any order: times are sorted when the findings are asked
// for, so that lanes and idle timeouts change nothing. Memory is bounded: each
// detector has a share and what others leave, and what had no room is counted.
package findings
