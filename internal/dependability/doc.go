// Package dependability proves what scf-sms promises about sending, secrets and resources, against the simulated cloud and,
// wherever a process is part of the promise, with the real binary. It has tests only. What each of them proves, and how to
// get its figures:
//
// [TestAtMostOneSMS]: whatever happens to connections, to the account and to the answers, no request becomes more than one
// message, and each is answered within its time by the status that the contract has for what happened. Sequences of one to
// five requests are drawn at random; the contract's table is written down in contract_test.go and the secret's life in
// model_test.go, both apart from the code under test. Every eighth sequence runs over TLS. A failure names the command that
// repeats it.
//
//	go test ./internal/dependability -run 'TestAtMostOneSMS$' -count 1 -v -timeout 20m -sequences 100000 -seed 1
//
// [TestRotationUnderLoad]: while 16 callers send, the key is changed 40 times and the old one disabled at the same moment.
// No send fails, none is doubled, and SSM is asked once for each change. The same for the callers' token.
//
// [TestSSMAway]: with a key held, sends go on while SSM is down, whichever way it is down, and the log says so once. Without
// a key callers are told to come again, and the first one who does when SSM is back is served.
//
// [TestFreezeAndThaw]: the process is stopped 50 times, as the platform does between events, and its connection ends
// meanwhile: by the server's idle timeout, with FIN or with RST, over HTTP and TLS. Each send afterwards works, once.
//
// [TestNothingSecretIsEverPrinted]: neither output nor answers hold a code, a number, a token, a key or a body, over all
// events of testdata, hostile ones, every fault with secrets in every text that a server can choose, and broken settings.
//
// [TestMemoryStaysBounded]: the peak memory of the process under the largest bodies and answers.
//
// [TestNoGoroutineIsLeft]: whatever invocations met, nothing of them is left running.
//
//	go test ./internal/dependability -count 1 -v -run 'Rotation|Away|Freeze|Nothing|Memory|Goroutine'
package dependability
