package serve

import (
	"context"

	"scf-sms/internal/cloudsim"
)

// deliveryAction is what stands for an action where the fault is of the carrier, or of the calls
// that bring its reports. A fault's name is the carrier's code, or one of those in setDelivery.
const deliveryAction = "Delivery"

// carrierFaults are those of a carrier.
func carrierFaults() (all []fault) {
	for _, c := range cloudsim.CarrierCodes() {
		if !c.Delivered {
			all = append(all, fault{Action: deliveryAction, Name: c.Code})
		}
	}
	for _, name := range []string{"none", "key", "broken"} {
		all = append(all, fault{Action: deliveryAction, Name: name})
	}
	return all
}

// setDelivery says what carriers say of the messages that are sent from now on, and how it is told.
func (w *workbench) setDelivery(name string) {
	cloud := w.live.sim.Cloud
	report, fault := cloudsim.Report{}, (*cloudsim.Fault)(nil)
	switch name {
	case "":
	case "none":
		report.Delay = -1
	case "key":
		fault = &cloudsim.Fault{Kind: cloudsim.OtherKey}
	case "broken":
		fault = &cloudsim.Fault{Kind: cloudsim.Cut}
	default:
		report.Failed, report.Description = true, name
	}
	cloud.Carry(report)
	cloud.Always(cloudsim.Callback, fault)
	if name == "" {
		w.journal.note("serve.reports.right")
		return
	}
	w.journal.note("serve.reports", name)
}

// follow lets the cloud post delivery reports to the function until ctx ends.
func (w *workbench) follow(ctx context.Context) {
	w.live.sim.ReportTo(ctx, w.url, func(error) { w.change() }) // the journal has the call
}
