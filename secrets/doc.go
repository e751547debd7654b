// Package secrets holds the AccessKey of a function and what its callers prove themselves with:
// both are fetched from Secrets Manager (SSM), cached, and replaced when they rotate.
//
// What the rest of the function may rely on:
//   - A secret that was fetched once stays usable while SSM is away: a failed refresh keeps the old
//     one and backs off.
//   - However many callers ask at once, SSM is asked once. A caller who gives up doesn't end the
//     fetch for the others.
//   - A key that Tencent rejected is replaced at once, but only if it is still the one held: the
//     rejection of an old key never drops a newer one.
//   - A token that was added to the secret is let in at once, or a few seconds later if unknown
//     tokens keep coming.
//   - Nothing polls: the platform may freeze the process between any two events. A fetch may
//     outlive the invocation that started it.
//   - No error, log line or formatted value holds a part of the secret.
//
// What happens to the cached secret:
//
//	event                 none is held                    one is held
//
//	call                  starts a fetch, waits for it    fresh: gets it
//	                                                      stale: starts a fetch, waits up to 1 s,
//	                                                      and gets the old one if that takes longer
//	call while fetching   waits, too; if the fetch        gets the one held at once
//	                      fails, starts its own
//	fetch succeeded       its secret is held, fresh       its secret replaces the one held
//	fetch failed          the callers get the error       kept; stale when the next try is due
//	TTL over                                              stale
//	key rejected                                          dropped; a fetch under way is obsolete
//	unknown token                                         joins a fetch or starts one, at most one
//	                                                      every 5 s, and waits up to 1 s
//	fetch frozen          obsolete                        obsolete
//	obsolete fetch ended  its callers get its result      its callers get the one held
//
// The generation of the cache goes up when a fetch starts and when one becomes obsolete. A fetch
// changes what is held only if its generation is still the newest.
package secrets
