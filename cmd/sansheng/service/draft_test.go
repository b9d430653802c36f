package service

import (
	"errors"
	"io"
	"strings"
	"testing"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/web"
)

// TestDraft: a document is walked before it is in force, any two versions are compared, and
// who has looked at another plan than the one in force is refused.
func TestDraft(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	keeper, dry := configs{st.svc}, lineHours{st.svc}
	first, err := keeper.Export(deadline(t), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	move := func(c *config.Config) { c.Hotline.Lines[0].Queue = "repair" }
	text := st.document(move)
	for document, queue := range map[string]string{text: "repair", "": "service"} {
		if path, err := dry.Walk(deadline(t), web.Walk{DID: "800100", Document: document, Company: "demo"}); err != nil || path.End.To != queue {
			t.Errorf("the caller comes to %q, want %q: %v", path.End.To, queue, err)
		}
	}
	var faulty *web.ConfigError
	if _, err := dry.Walk(deadline(t), web.Walk{DID: "800100", Document: strings.Replace(text, "queue: repair", "queue: repare", 1)}); !errors.As(err, &faulty) || len(faulty.Faults) == 0 {
		t.Errorf("a faulty document is walked: %v", err)
	}

	st.apply(move)
	var stale *cti.PlanError
	late := web.ConfigOrder{Document: st.document(func(c *config.Config) { c.Hotline.Lines[0].Announce = false }), By: "9001", Base: first.Hash}
	if _, err := keeper.Apply(deadline(t), late); !errors.As(err, &stale) || !strings.Contains(stale.Text, "version 2 was published meanwhile") {
		t.Errorf("published over another version: %v", err)
	}
	for _, of := range []cti.CompanyID{"", "demo"} {
		changes, err := keeper.Diff(deadline(t), web.ConfigOrder{Version: 1, From: 2, Company: of})
		if err != nil || len(changes) != 1 || changes[0].Place != "hotline.lines[800100].queue" || changes[0].Old != "repair" || changes[0].New != "service" {
			t.Errorf("from version 2 to 1, as %q sees it: %+v, %v", of, changes, err)
		}
	}
	if old, err := keeper.Export(deadline(t), "", 1); err != nil || old.Version != 1 || old.Hash != first.Hash {
		t.Errorf("version 1 is %d %s, want %s: %v", old.Version, old.Hash, first.Hash, err)
	}
	if _, err := keeper.Export(deadline(t), "", 9); !errors.As(err, &stale) || !stale.Unknown {
		t.Errorf("version 9: %v", err)
	}

	sound, err := promptKeeper{st.svc}.Sound(deadline(t), web.PromptID{Name: "please-hold"})
	if err != nil {
		t.Fatal(err)
	}
	defer sound.Close()
	head := make([]byte, 4)
	if _, err := io.ReadFull(sound, head); err != nil || string(head) != "RIFF" {
		t.Errorf("a prompt begins with %q: %v", head, err)
	}
}
