package report

import (
	"math"
	"math/bits"
)

// histogram counts whole numbers of zero and more, such as milliseconds, in buckets that are the
// same for all: up to 128 each number has its own, from there on each power of two has 64. So a
// percentile is off by less than 1 %, and a histogram takes 9 KB however much it counts.
type histogram struct {
	n       int
	max     int64
	buckets [exact + 64*33]uint32
}

const exact = 128

func (h *histogram) add(v int64) {
	v = max(v, 0)
	h.n++
	h.max = max(h.max, v)
	h.buckets[min(bucketOf(v), len(h.buckets)-1)]++
}

func bucketOf(v int64) int {
	if v < exact {
		return int(v)
	}
	shift := bits.Len64(uint64(v)) - 7
	return exact + (shift-1)*64 + int(v>>shift) - 64
}

// middle is the value that stands for a bucket.
func middle(bucket int) int64 {
	if bucket < exact {
		return int64(bucket)
	}
	shift := (bucket-exact)/64 + 1
	low := int64((bucket-exact)%64+64) << shift
	return low + int64(1)<<shift/2
}

// percentile returns the value below which the share p of all lies, 0 if there are none.
func (h *histogram) percentile(p float64) int64 {
	rank := int(math.Ceil(p * float64(h.n)))
	for bucket, n := range h.buckets {
		if rank -= int(n); rank <= 0 {
			return min(middle(bucket), h.max)
		}
	}
	return h.max
}

// upTo returns how many are at most v, as exactly as buckets allow.
func (h *histogram) upTo(v int64) (n int) {
	for _, in := range h.buckets[:min(bucketOf(v)+1, len(h.buckets))] {
		n += int(in)
	}
	return n
}
