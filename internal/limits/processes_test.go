package limits

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// task is what one process of many does: it waits for a line on standard input, makes its claims as
// fast as it can, and writes what they came to.
type task struct {
	Address string
	Setting string // LIMITS
	Claims  int
	Same    bool // all claims of all processes are of the same request
	Number  string
	Process int
}

func TestMain(m *testing.M) {
	if text := os.Getenv("SCF_SMS_LIMITS_TASK"); text != "" {
		var do task
		if err := json.Unmarshal([]byte(text), &do); err != nil {
			panic(err)
		}
		fmt.Println("ready")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		_ = json.NewEncoder(os.Stdout).Encode(do.run())
		return
	}
	os.Exit(m.Run())
}

// run returns how often each decision came.
func (do task) run() map[Decision]int {
	rules, err := Parse(do.Setting, func(int) bool { return true })
	if err != nil {
		panic(err)
	}
	g := newGuard(do.Address, rules)
	// The clock of an instance must not matter.
	g.clock.pass(time.Duration(do.Process%7-3) * time.Hour)
	came := map[Decision]int{}
	for i := range do.Claims {
		o := Order{Number: do.Number, CallingCode: 86, Passcode: "482913", UsageType: "SignIn"}
		if !do.Same {
			o.UsageType = fmt.Sprint(do.Process, "-", i)
		}
		came[g.Claim(context.Background(), o).Decision]++
	}
	return came
}

// together lets so many processes do the same at the same time, and adds up what came of it.
func together(t *testing.T, processes int, do task) map[Decision]int {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	var starts []func()
	var outputs []*bufio.Reader
	for process := range processes {
		do.Process = process
		text, err := json.Marshal(do)
		require.NoError(t, err)
		command := exec.Command(self)
		command.Env = append(os.Environ(), "SCF_SMS_LIMITS_TASK="+string(text), "GOMAXPROCS=1")
		command.Stderr = os.Stderr
		in, err := command.StdinPipe()
		require.NoError(t, err)
		out, err := command.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, command.Start())
		t.Cleanup(func() {
			_ = command.Process.Kill()
			_ = command.Wait()
		})
		lines := bufio.NewReader(out)
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "ready\n", line)
		outputs = append(outputs, lines)
		starts = append(starts, func() { _, _ = in.Write([]byte("\n")) })
	}
	for _, start := range starts {
		start()
	}
	all := map[Decision]int{}
	for _, lines := range outputs {
		var came map[Decision]int
		require.NoError(t, json.NewDecoder(lines).Decode(&came))
		for decision, count := range came {
			all[decision] += count
		}
	}
	return all
}

func TestManyProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("starts 42 processes")
	}
	onEach(t, func(t *testing.T, address string) {
		for i, processes := range []int{2, 8, 32} {
			name := strconv.Itoa(processes) + " processes "
			number := fmt.Sprintf("+861368197%04d", i)
			t.Run(name+"are granted N", func(t *testing.T) {
				const claims = 200
				came := together(t, processes, task{
					Address: address, Claims: claims / processes * 2, Number: number,
					Setting: `{"number": "7/1h", "block": "none", "callingCode": "none"}`,
				})
				require.Equal(t, 7, came[Granted])
				require.Equal(t, claims/processes*2*processes-7, came[Refused])
			})
			t.Run(name+"send a request once", func(t *testing.T) {
				came := together(t, processes, task{
					Address: address, Claims: 3, Same: true, Number: number + "0",
					Setting: `{"number": "none", "block": "none", "callingCode": "none"}`,
				})
				require.Equal(t, map[Decision]int{Granted: 1, Duplicate: 3*processes - 1}, came)
			})
		}
	})
}
