package report

import (
	"cmp"
	"maps"
	"slices"
)

// Cost is what the messages to a calling code cost.
type Cost struct {
	CallingCode int64   `json:"callingCode"`
	Sent        int     `json:"sent"`
	PerSMS      float64 `json:"perSMS"`
	Amount      float64 `json:"amount"`
	Currency    string  `json:"currency"`
}

// Total is what all messages of one currency cost.
type Total struct {
	Currency string  `json:"currency"`
	Amount   float64 `json:"amount"`
	Unknown  int     `json:"unknown"` // requests of unknown outcome: each may have sent one more
	AtMost   float64 `json:"atMost"`  // the amount with those
}

// Unpriced is a calling code that the price list lacks.
type Unpriced struct {
	CallingCode int64 `json:"callingCode"`
	Sent        int   `json:"sent"`
}

// price adds what the messages cost. Each counts as one SMS.
func (s *Summary) price(list prices, codes map[int64]*code) {
	totals := map[string]*Total{}
	for _, callingCode := range slices.Sorted(maps.Keys(codes)) {
		c := codes[callingCode]
		if c.sent+c.unknown == 0 {
			continue
		}
		one, ok := list.of(callingCode)
		if !ok {
			s.Unpriced = append(s.Unpriced, Unpriced{callingCode, c.sent})
			continue
		}
		amount := float64(c.sent) * one.perSMS
		if c.sent > 0 {
			s.Cost = append(s.Cost, Cost{callingCode, c.sent, one.perSMS, amount, one.currency})
		}
		total := totals[one.currency]
		if total == nil {
			total = &Total{Currency: one.currency}
			totals[one.currency] = total
		}
		total.Amount += amount
		total.Unknown += c.unknown
		total.AtMost += amount + float64(c.unknown)*one.perSMS
	}
	slices.SortStableFunc(s.Cost, func(a, b Cost) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(b.Amount, a.Amount))
	})
	for _, currency := range slices.Sorted(maps.Keys(totals)) {
		s.Totals = append(s.Totals, *totals[currency])
	}
}
