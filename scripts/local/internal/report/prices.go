package report

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// prices is a price list: what one SMS costs, by calling code; under 0 those of codes that it
// doesn't name.
type prices map[int64]price

type price struct {
	perSMS   float64
	currency string
}

// parsePrices reads a price list in CSV: calling code or *, price, currency. Lines that begin with
// # don't count.
func parsePrices(from io.Reader) (prices, error) {
	records := csv.NewReader(from)
	records.Comment = '#'
	records.TrimLeadingSpace = true
	records.FieldsPerRecord = 3
	list := prices{}
	for {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var syntax *csv.ParseError
		if errors.As(err, &syntax) && errors.Is(err, csv.ErrFieldCount) {
			return nil, fmt.Errorf("line %d: it needs three values; write 86, 0.045, CNY",
				syntax.Line)
		}
		if err != nil {
			return nil, err
		}
		number, _ := records.FieldPos(0)
		for i := range record {
			record[i] = strings.TrimSpace(strings.TrimPrefix(record[i], "\ufeff"))
		}
		if number == 1 && record[0] == "callingCode" {
			continue
		}
		code := int64(0)
		if record[0] != "*" {
			code, err = strconv.ParseInt(strings.TrimPrefix(record[0], "+"), 10, 64)
			if err != nil || code < 1 || code > 999 {
				return nil, fmt.Errorf("line %d: %q is no calling code; write 86, or * for all "+
					"others", number, record[0])
			}
		}
		perSMS, err := strconv.ParseFloat(record[1], 64)
		if err != nil || perSMS < 0 || math.IsInf(perSMS, 0) || math.IsNaN(perSMS) {
			return nil, fmt.Errorf("line %d: %q is no price; write 0.045", number, record[1])
		}
		if record[2] == "" || len(record[2]) > 3 {
			return nil, fmt.Errorf("line %d: %q is no currency; write CNY", number, record[2])
		}
		if _, twice := list[code]; twice {
			return nil, fmt.Errorf("line %d: %s has a price already", number, record[0])
		}
		list[code] = price{perSMS, record[2]}
	}
	if len(list) == 0 {
		return nil, errors.New("it has no price")
	}
	return list, nil
}

func (p prices) of(callingCode int64) (price, bool) {
	if one, ok := p[callingCode]; ok {
		return one, true
	}
	rest, ok := p[0]
	return rest, ok
}
