package dependability

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// What strangers and servers send can be large, but the memory for it is bounded. SCF's smallest
// function has 64 MB. A quarter of that stays free.
func TestMemoryStaysBounded(t *testing.T) {
	t.Parallel()
	const (
		bound    = 48 // MB, whatever servers answer and callers may send
		smallest = 64 // MB, whatever the platform delivers
		mib      = 1 << 20
	)
	sim := startCloud(t, cloudsim.Options{})
	sim.Function.Env["TIME_BUDGET"] = "8s"
	instance := startFunction(t, sim.Function)
	users := rand.New(rand.NewPCG(5, 5))

	peak, invocations := 0.0, 0
	send := func(event []byte, status int) {
		r, err := instance.Invoke(context.Background(), event)
		require.NoError(t, err)
		a, err := parseAnswer(r.Payload, r.RequestID)
		require.NoError(t, err)
		require.Equal(t, status, a.StatusCode, a.Body)
		peak = r.MaxMemoryMB
		invocations++
	}
	plain := func() []byte { return signIn(goodToken, mainlandNumber(users), "123456") }
	answers := func(before, item, after string) *cloudsim.Fault {
		text := before + strings.Repeat(item, (mib-len(before)-len(after))/len(item)) + after
		return &cloudsim.Fault{Kind: cloudsim.Body, Body: text}
	}
	page := strings.Repeat(html, 10*mib/len(html))
	send(plain(), http.StatusOK)
	report := []string{fmt.Sprintf("%.1f after one send", peak)}

	for _, load := range []struct {
		name     string
		times    int
		status   int
		event    func() []byte
		ssm, sms *cloudsim.Fault
	}{
		{"bodies of 64 KiB", 200, http.StatusOK,
			func() []byte { return padded(users, 64<<10) }, nil, nil},
		{"bodies of 64 KiB that nest", 50, http.StatusBadRequest,
			func() []byte { return nested(64 << 10) }, nil, nil},
		{"answers of SMS of 1 MiB", 10, http.StatusGatewayTimeout, plain,
			nil, answers(`{"Response":{"SendStatusSet":[]`, " ", "}}")},
		{"answers of SMS of 1 MiB in small parts", 4, http.StatusGatewayTimeout, plain,
			nil, answers(`{"Response":{"SendStatusSet":[{}`, ",{}", "]}}")},
		{"answers of SMS of 4 MiB", 30, http.StatusGatewayTimeout, plain,
			nil, &cloudsim.Fault{Kind: cloudsim.Huge}},
		{"pages of 10 MiB", 30, http.StatusGatewayTimeout, plain,
			nil, &cloudsim.Fault{Kind: cloudsim.HTTP, Body: page}},
		// After this one the key is gone, and every invocation asks SSM.
		{"refusal of the key", 1, http.StatusServiceUnavailable, plain,
			&cloudsim.Fault{Kind: cloudsim.Error},
			&cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure"}},
		{"answers of SSM of 1 MiB", 10, http.StatusInternalServerError, plain,
			answers(`{"Response":{"SecretString":"`, "x", `"}}`), nil},
		// Each invocation gets four: SSM is asked again.
		{"answers of SSM of 4 MiB", 8, http.StatusServiceUnavailable, plain,
			&cloudsim.Fault{Kind: cloudsim.Huge}, nil},
	} {
		if testing.Short() && load.ssm != nil {
			continue // SSM is asked again for seconds
		}
		sim.Cloud.Always(cloudsim.GetSecretValue, load.ssm)
		sim.Cloud.Always(cloudsim.SendSms, load.sms)
		times := fewer(load.times)
		for range times {
			send(load.event(), load.status)
		}
		report = append(report, fmt.Sprintf("%.1f after %d %s", peak, times, load.name))
	}
	require.Less(t, peak, float64(bound), "peak memory in MB: %s", strings.Join(report, ", "))

	// The platform delivers up to 6 MB. All of it is in memory before the function can refuse it.
	sim.Cloud.Always(cloudsim.GetSecretValue, nil)
	sim.Cloud.Always(cloudsim.SendSms, nil)
	floods := fewer(10)
	for range floods {
		send(padded(users, 5*mib), http.StatusRequestEntityTooLarge)
	}
	report = append(report, fmt.Sprintf("%.1f after %d bodies of 5 MiB", peak, floods))
	require.Less(t, peak, float64(smallest), "peak memory in MB: %s", strings.Join(report, ", "))
	t.Logf("peak memory in MB: %s (%d invocations)", strings.Join(report, ", "), invocations)
}

// An event of 6 MB, the most that the platform delivers, takes no more memory than the smallest
// function has, whatever it is made of. Each is the first event of an instance.
func TestMemoryStaysBounded_hostileEvents(t *testing.T) {
	t.Parallel()
	const (
		size     = 6_000_000 // bytes
		smallest = 64        // MB
		large    = http.StatusRequestEntityTooLarge
	)
	// fill repeats items between two texts up to the size. A # in an item is its number.
	fill := func(before, item, after string) []byte {
		var b strings.Builder
		b.WriteString(before)
		for i := 0; b.Len()+len(item)+8+len(after) < size; i++ {
			b.WriteString(strings.Replace(item, "#", strconv.Itoa(i), 1))
		}
		return []byte(b.String() + after)
	}
	post := `{"httpMethod": "POST", "headers": {"authorization": "` + goodToken + `"}, "body": `
	inHeaders := `{"httpMethod": "POST", "body": "{}", "headers": {"authorization": `
	for name, load := range map[string]struct {
		event  []byte
		status int
	}{
		"bytes 0xFF":                        {[]byte(strings.Repeat("\xff", size)), 400},
		"a body of bytes 0xFF":              {fill(post+`"`, "\xff", `"}`), large},
		"a body of escapes":                 {fill(post+`"`, `\u0000`, `"}`), large},
		"a body of surrogates":              {fill(post+`"`, `\ud800`, `"}`), large},
		"a body in base64":                  {fill(post+`"`, "AAAA", `", "isBase64Encoded": true}`), large},
		"a body that is a list":             {fill(post+"[0", ",0", "]}"), 400},
		"a body after a body":               {fill(post+`"", "x": 0`, `, "body": "x"`, "}"), 400},
		"a flag of bytes 0xFF":              {fill(post+`"{}", "isBase64Encoded": "`, "\xff", `"}`), 400},
		"a method of bytes 0xFF":            {fill(`{"httpMethod": "`, "\xff", `"}`), 405},
		"a type of bytes 0xFF":              {fill(`{"Type": "`, "\xff", `"}`), 405},
		"headers":                           {fill(inHeaders+`"x"`, `,"x#":"x"`, `}}`), 401},
		"short headers":                     {fill(inHeaders+`"x"`, `,"#":0`, `}}`), 401},
		"a header of many items":            {fill(inHeaders+`[""`, `,""`, `]}}`), 401},
		"a header of many numbers":          {fill(inHeaders+`[0`, `,0`, `]}}`), 401},
		"a header of bytes 0xFF":            {fill(inHeaders+`"`, "\xff", `"}}`), 401},
		"a header's name of bytes 0xFF":     {fill(inHeaders+`"x", "`, "\xff", `": 0}}`), 401},
		"headers in headers":                {fill(inHeaders+`{"a":0`, `,"x#":{"y":[]}`, `}}}`), 401},
		"keys":                              {fill(`{"a":0`, `,"#":0`, "}"), 405},
		"keys with escapes":                 {fill(`{"a":0`, `,"\u0061#":0`, "}"), 405},
		"one key":                           {fill(`{"`, "x", `":0}`), 405},
		"one key of bytes 0xFF":             {fill(`{"`, "\xff", `":0}`), 405},
		"one number":                        {fill(`{"a":`, "1", "}"), 405},
		"nesting":                           {fill(`{"a":`, "[", ""), 400},
		"nesting of objects":                {fill("", `{"a":`, ""), 400},
		"nesting as deep as JSON is read":   {fill(`{"a":[`, strings.Repeat("[", 9000)+strings.Repeat("]", 9000)+",", "0]}"), 405},
		"a body of escapes, deep in base64": {fill(post+`"`, `\u0041`, `", "isBase64Encoded": "true"}`), large},
	} {
		if testing.Short() && !strings.Contains(name, "0xFF") {
			continue // 0xFF is the worst: three bytes for each once it is a string
		}
		t.Run(name, func(t *testing.T) {
			sim := startCloud(t, cloudsim.Options{})
			sim.Function.Env["TIME_BUDGET"] = "8s"
			instance := startFunction(t, sim.Function)
			r, err := instance.Invoke(context.Background(), load.event)
			require.NoError(t, err)
			a, err := parseAnswer(r.Payload, r.RequestID)
			require.NoError(t, err)
			require.Equal(t, load.status, a.StatusCode, "%s %s", a.Body, r.Stdout)
			require.Less(t, r.MaxMemoryMB, float64(smallest))
			t.Logf("%s: %.1f MB, %v", name, r.MaxMemoryMB, r.Duration)
		})
	}
}

// padded is an event with a body of this size.
func padded(rng *rand.Rand, size int) []byte {
	message := map[string]any{
		"to": mainlandNumber(rng), "type": "SignIn",
		"payload": map[string]string{"code": "123456"}, "padding": "",
	}
	text, _ := json.Marshal(message)
	message["padding"] = strings.Repeat("x", size-len(text))
	text, _ = json.Marshal(message)
	return event(map[string]string{"authorization": goodToken}, string(text))
}

// nested is an event with a body of this size, all of it brackets.
func nested(size int) []byte {
	body := strings.Repeat("[", size/2) + strings.Repeat("]", size/2)
	return event(map[string]string{"authorization": goodToken}, body)
}
