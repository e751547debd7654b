package main

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// network is a way to a server that takes time, as the way to Tencent Cloud does: a proxy on loopback that holds back
// every byte for half a round trip in each direction.
//
// Connecting costs a round trip, too, but on loopback the kernel completes the handshake at once and the client may
// write. So what it writes first is held back until the handshake would have been over, a round trip after the proxy
// accepted, and then for the way. The client's work on its first bytes is the only thing that comes out too cheap: it is
// done while the handshake would be under way. Bandwidth, loss and the growing of TCP's window are left out, for a
// handshake and a request fit into the first window; so are name lookups, for the endpoints are addresses.
type network struct {
	listener net.Listener
	server   string // host and port
	rtt      time.Duration

	ctx    context.Context // ends with close
	cancel context.CancelFunc
	tasks  sync.WaitGroup
}

// chunk is some bytes on their way. The end of the stream is one without.
type chunk struct {
	bytes []byte
	due   time.Time
}

// newNetwork opens a way to server with this round trip.
func newNetwork(server string, rtt time.Duration) (*network, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &network{listener: listener, server: server, rtt: rtt}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	n.tasks.Go(n.accept)
	return n, nil
}

// addr returns host and port of the near end.
func (n *network) addr() string { return n.listener.Addr().String() }

// close ends the way and all connections over it.
func (n *network) close() {
	n.cancel()
	n.listener.Close()
	n.tasks.Wait()
}

func (n *network) accept() {
	for {
		client, err := n.listener.Accept()
		if err != nil {
			return
		}
		connected := time.Now().Add(n.rtt)
		n.tasks.Go(func() { n.carry(client.(*net.TCPConn), connected) })
	}
}

// carry takes one connection to the server, from when it would have been connected.
func (n *network) carry(client *net.TCPConn, connected time.Time) {
	defer client.Close()
	conn, err := net.Dial("tcp", n.server)
	if err != nil {
		return
	}
	defer conn.Close()
	server := conn.(*net.TCPConn)
	defer context.AfterFunc(n.ctx, func() { client.Close(); server.Close() })()

	var ways sync.WaitGroup
	ways.Go(func() { n.oneWay(server, client, connected) })
	ways.Go(func() { n.oneWay(client, server, connected) })
	ways.Wait()
}

// oneWay passes on what can be read from one end, half a round trip later.
func (n *network) oneWay(to, from *net.TCPConn, connected time.Time) {
	way := make(chan chunk, 64)
	go func() {
		defer close(way)
		for {
			buffer := make([]byte, 32<<10)
			read, err := from.Read(buffer)
			left := time.Now()
			if left.Before(connected) {
				left = connected
			}
			way <- chunk{buffer[:read], left.Add(n.rtt / 2)}
			if err != nil {
				if err != io.EOF {
					to.Close()
				}
				return
			}
		}
	}()
	for c := range way {
		time.Sleep(time.Until(c.due))
		if len(c.bytes) > 0 {
			to.Write(c.bytes) // an end that is gone shows itself when it is read from
		}
	}
	to.CloseWrite()
}
