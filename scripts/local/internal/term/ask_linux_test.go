package term

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/term"
)

// terminal is a pseudo terminal: where a person sits, and what a program reads.
func terminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this machine has no pseudo terminals")
	}
	t.Cleanup(func() { person.Close() })
	ioctl := func(request uintptr, value *int32) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, person.Fd(), request,
			uintptr(unsafe.Pointer(value)))
		require.Zero(t, errno)
	}
	var unlocked, number int32
	ioctl(syscall.TIOCSPTLCK, &unlocked)
	ioctl(syscall.TIOCGPTN, &number)
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { program.Close() })
	return person, program
}

func TestAskHidden(t *testing.T) {
	t.Parallel()
	person, program := terminal(t)
	fmt.Fprintln(person, " typed ")
	text, err := AskHidden(t.Context(), Stdio{In: program, Out: io.Discard}, "key")
	require.NoError(t, err)
	require.Equal(t, "typed", text)
}

// Ctrl-C ends the question, and the terminal shows again what is typed.
func TestAskHidden_interrupted(t *testing.T) {
	t.Parallel()
	_, program := terminal(t)
	state := func() *term.State {
		s, err := term.GetState(int(program.Fd()))
		require.NoError(t, err)
		return s
	}
	shown := state()
	ctx, ctrlC := context.WithCancel(t.Context())
	over := make(chan error)
	go func() {
		_, err := AskHidden(ctx, Stdio{In: program, Out: io.Discard}, "key")
		over <- err
	}()
	for *state() == *shown {
		runtime.Gosched()
	}
	ctrlC()
	require.ErrorIs(t, <-over, context.Canceled)
	require.Equal(t, shown, state())
}

// At a terminal no line is broken within a word; elsewhere a text is one line.
func TestPrintText(t *testing.T) {
	t.Parallel()
	person, program := terminal(t)
	size := struct{ rows, columns, x, y uint16 }{24, 20, 0, 0}
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, program.Fd(), syscall.TIOCSWINSZ,
		uintptr(unsafe.Pointer(&size)))
	require.Zero(t, errno)
	const text = "local: a text that is longer than the terminal\nand goes on"
	PrintText(program, text)
	PrintText(program, "end")
	screen := ""
	for b := make([]byte, 100); !strings.Contains(screen, "end"); {
		n, err := person.Read(b)
		require.NoError(t, err)
		screen += string(b[:n])
	}
	require.Equal(t, "local: a text that\r\nis longer than the\r\nterminal\r\nand goes on\r\nend\r\n",
		screen)

	var out bytes.Buffer
	PrintText(&out, text)
	require.Equal(t, text+"\n", out.String())
}
