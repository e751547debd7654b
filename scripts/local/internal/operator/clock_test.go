package operator

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDateOfAnAnswer(t *testing.T) {
	t.Parallel()
	a, err := Open("test", Options{Simulate: true})
	require.NoError(t, err)
	t.Cleanup(a.Close)
	_, known := a.Clock.Skew()
	require.False(t, known)
	request, err := http.NewRequestWithContext(
		t.Context(), http.MethodPost, a.Sim.Server.URL, strings.NewReader("{}"))
	require.NoError(t, err)
	_, err = a.Clock.RoundTrip(request)
	require.NoError(t, err)
	ahead, known := a.Clock.Skew()
	require.True(t, known)
	require.Less(t, ahead.Abs(), time.Minute)
}
