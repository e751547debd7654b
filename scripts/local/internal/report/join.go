package report

import "hash/maphash"

// joinLimit is how many messages a generation of a join remembers. Each of the two generations
// takes about 40 MB.
const joinLimit = 1 << 20

// join brings delivery reports and messages together by their serial number. It may meet either of
// the two first: an export of CLS has the newest line first unless asked otherwise.
//
// It remembers at least the last joinLimit messages that it met, and at most twice as many: when
// the young generation is full, it becomes the old one, and what was the old one is forgotten. Of a
// serial number it keeps a hash of 64 bits, so among two million two collide by a chance of one in
// eight million.
type join struct {
	limit      int
	seed       maphash.Seed
	young, old map[uint64]fate

	forgotten int // messages without a report and reports without a message, forgotten
	orphans   int // reports without a message among them
}

func newJoin(limit int) *join {
	return &join{limit: limit, seed: maphash.MakeSeed(), young: map[uint64]fate{},
		old: map[uint64]fate{}}
}

// fate is what became of a message: flags, the calling code, why it didn't arrive, and a Unix time
// in ms, which is that of the message if that is known, else that of the report.
type fate uint64

const (
	seenMessage fate = 1 << iota
	seenReport
	arrived

	codeShift   = 3
	reasonShift = codeShift + 10
	timeShift   = reasonShift + 9 // 42 bits are left: until the year 2109
	reasonLimit = 1 << 9
)

func (f fate) has(flag fate) bool { return f&flag != 0 }
func (f fate) code() int64        { return int64(f >> codeShift & 1023) }
func (f fate) reason() int        { return int(f >> reasonShift & (reasonLimit - 1)) }
func (f fate) at() int64          { return int64(f >> timeShift) }

// pair is a message with its report.
type pair struct {
	code       int64 // the message's calling code
	sentAt     int64 // Unix time in ms
	receivedAt int64 // 0: not known
	delivered  bool
}

// verdict is what a report is among those of its message.
type verdict int

const (
	first     verdict = iota
	again             // it says what one before it said, or less than that
	corrected         // it says that the message arrived, where one before it said that it didn't
)

// message notes a message that was sent; code is below 1024. ok: its report came before.
func (j *join) message(serialNo []byte, code, at int64) (p pair, ok bool) {
	key := maphash.Bytes(j.seed, serialNo)
	known := j.find(key)
	if known.has(seenMessage) {
		return pair{}, false
	}
	j.put(key, seenMessage|known&(seenReport|arrived)|fate(known.reason())<<reasonShift|
		fate(code)<<codeShift|fate(at)<<timeShift)
	return pair{code, at, known.at(), known.has(arrived)}, known.has(seenReport)
}

// report notes a report that a message was delivered, or that it wasn't for a reason below
// reasonLimit. ok: its message is known, and they are a pair now. Of two reports that contradict
// each other, the one that says it arrived is believed, in whatever order they come. was is the
// reason that a corrected one had.
func (j *join) report(
	serialNo []byte, delivered bool, reason int, receivedAt int64,
) (p pair, v verdict, was int, ok bool) {
	key := maphash.Bytes(j.seed, serialNo)
	known := j.find(key)
	if known.has(seenReport) {
		if known.has(arrived) || !delivered {
			return pair{}, again, 0, false
		}
		v, was = corrected, known.reason()
	}
	now := known | seenReport | fate(reason)<<reasonShift
	if delivered {
		now = known&^((reasonLimit-1)<<reasonShift) | seenReport | arrived
	}
	if !known.has(seenMessage) {
		j.put(key, now&(1<<timeShift-1)|fate(receivedAt)<<timeShift)
		return pair{}, v, was, false
	}
	j.put(key, now)
	return pair{known.code(), known.at(), receivedAt, delivered}, v, was, true
}

func (j *join) find(key uint64) fate {
	if f, ok := j.young[key]; ok {
		return f
	}
	return j.old[key]
}

func (j *join) put(key uint64, f fate) {
	if _, ok := j.old[key]; ok {
		j.old[key] = f
		return
	}
	j.young[key] = f
	if len(j.young) >= j.limit {
		j.forget(j.old)
		clear(j.old) // its memory serves the next generation
		j.old, j.young = j.young, j.old
	}
}

func (j *join) forget(generation map[uint64]fate) {
	for _, f := range generation {
		if f.has(seenMessage) && f.has(seenReport) {
			continue
		}
		j.forgotten++
		if f.has(seenReport) {
			j.orphans++
		}
	}
}

// orphaned returns how many reports never met their message.
func (j *join) orphaned() (n int) {
	n = j.orphans
	for _, generation := range []map[uint64]fate{j.young, j.old} {
		for _, f := range generation {
			if !f.has(seenMessage) {
				n++
			}
		}
	}
	return n
}
