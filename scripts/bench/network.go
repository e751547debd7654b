package main

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// network is a path to a server that takes time, like the path to Tencent Cloud. It is a proxy on
// loopback that delays every byte by half a round trip in each direction.
//
// Connecting costs a round trip too, but on loopback the kernel completes the handshake at once and
// the client may write. So the first bytes are delayed until the handshake would be over, a round
// trip after the proxy accepted, and then by the path. The client prepares them during that time,
// so this work, and nothing else, comes out too cheap.
//
// Bandwidth, loss and the growth of TCP's window are left out: a handshake and a request fit into
// the first window. Name lookups are left out too: the endpoints are addresses.
type network struct {
	listener net.Listener
	server   string // host and port
	rtt      time.Duration

	ctx    context.Context // ends with close
	cancel context.CancelFunc
	tasks  sync.WaitGroup
}

// chunk is some bytes under way. One without bytes is the end of the stream.
type chunk struct {
	bytes []byte
	due   time.Time
}

// newNetwork opens a path to server with this round trip.
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

// close ends the path and all connections over it.
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

// carry forwards one connection to the server. connected is when it would have been established.
func (n *network) carry(client *net.TCPConn, connected time.Time) {
	defer client.Close()
	conn, err := net.Dial("tcp", n.server)
	if err != nil {
		return
	}
	defer conn.Close()
	server := conn.(*net.TCPConn)
	defer context.AfterFunc(n.ctx, func() { client.Close(); server.Close() })()

	var directions sync.WaitGroup
	directions.Go(func() { n.forward(server, client, connected) })
	directions.Go(func() { n.forward(client, server, connected) })
	directions.Wait()
}

// forward passes on what can be read from one end, half a round trip later.
func (n *network) forward(to, from *net.TCPConn, connected time.Time) {
	chunks := make(chan chunk, 64)
	go func() {
		defer close(chunks)
		for {
			buffer := make([]byte, 32<<10)
			read, err := from.Read(buffer)
			left := time.Now()
			if left.Before(connected) {
				left = connected
			}
			chunks <- chunk{buffer[:read], left.Add(n.rtt / 2)}
			if err != nil {
				if err != io.EOF {
					to.Close()
				}
				return
			}
		}
	}()
	for c := range chunks {
		time.Sleep(time.Until(c.due))
		if len(c.bytes) > 0 {
			to.Write(c.bytes) // if the end is gone, reading from it says so
		}
	}
	to.CloseWrite()
}
