package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/engine"
	"sansheng/cti/place"
	"sansheng/cti/web"
)

// configs shows and publishes the configuration, for the API.
type configs struct{ s *Service }

// adoptWait is how long an order waits until everything follows.
const adoptWait = 10 * time.Second

// running is the configuration as it is in force, and the version of its plan.
func (c configs) running(ctx context.Context) (*engine.Engine, *config.Config, int, error) {
	e, err := c.s.leader()
	if err != nil {
		return nil, nil, 0, err
	}
	p, version, err := e.InForce(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	cfg := *c.s.cfg
	cfg.Hotline = p
	return e, &cfg, version, nil
}

// Export implements web.ConfigKeeper.
func (c configs) Export(ctx context.Context, of cti.CompanyID, asked int) (web.ConfigDocument, error) {
	e, cfg, version, err := c.running(ctx)
	if err != nil {
		return web.ConfigDocument{}, err
	}
	if asked != 0 {
		if cfg, err = kept(ctx, e, cfg, asked); err != nil {
			return web.ConfigDocument{}, err
		}
		version = asked
	}
	hash := cfg.Hotline.Hash()
	if of != "" {
		cfg = cfg.Of(of)
	}
	text, err := cfg.Export()
	return web.ConfigDocument{Version: version, Hash: hash, Document: string(text)}, err
}

// kept is the running configuration with the plan of another version, which may not be one that can be
// in force here any more.
func kept(ctx context.Context, e *engine.Engine, running *config.Config, version int) (*config.Config, error) {
	p, err := e.PlanOf(ctx, version)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, &cti.PlanError{Unknown: true, Text: fmt.Sprintf("version %d is not kept; allowed: those that are listed", version)}
	}
	cfg := *running
	cfg.Hotline = p
	return &cfg, nil
}

// Diff implements web.ConfigKeeper.
func (c configs) Diff(ctx context.Context, o web.ConfigOrder) ([]web.ConfigChange, error) {
	e, cfg, _, err := c.running(ctx)
	if err != nil {
		return nil, err
	}
	var next *config.Config
	if o.Document != "" {
		next, err = c.read(o, cfg)
	} else {
		next, err = kept(ctx, e, cfg, o.Version)
	}
	if err == nil && o.From != 0 {
		cfg, err = kept(ctx, e, cfg, o.From)
	}
	if err != nil {
		return nil, err
	}
	if o.Company != "" {
		cfg, next = cfg.Of(o.Company), next.Of(o.Company)
	}
	changes, _, err := compare(cfg, next)
	return changes, err
}

// draft is the plan of a document that is not in force.
func (c configs) draft(ctx context.Context, o web.ConfigOrder) (*cti.Plan, error) {
	_, cfg, _, err := c.running(ctx)
	if err != nil {
		return nil, err
	}
	next, err := c.read(o, cfg)
	if err != nil {
		return nil, err
	}
	return next.Hotline, nil
}

// read is the configuration of a document as it would be here: the command line wins over
// it, and what it does not tell of secrets is as it is.
func (c configs) read(o web.ConfigOrder, running *config.Config) (*config.Config, error) {
	next, err := config.Read("document", []byte(o.Document), c.s.opts.Over)
	if err == nil && next.Hotline == nil {
		err = errors.New("document:1: hotline: is missing; allowed: the whole document, as config export writes it")
	}
	if err != nil {
		var faults []string
		for _, f := range place.Split(err) {
			faults = append(faults, f.Error())
		}
		return nil, &web.ConfigError{Text: "the document is faulty; nothing was changed", Faults: faults}
	}
	next.Restore(running)
	if o.Company != "" {
		next.RestoreOf(o.Company, running)
	}
	return next, nil
}

// compare tells what changes, for the API and as it is.
func compare(running, next *config.Config) ([]web.ConfigChange, []config.Change, error) {
	found, err := config.Diff(running, next)
	if err != nil {
		return nil, nil, err
	}
	changes := []web.ConfigChange{}
	for _, c := range found {
		changes = append(changes, web.ConfigChange{Place: c.Place, What: c.What(), Old: c.Old, New: c.New, Live: c.Live, Text: c.String()})
	}
	return changes, found, nil
}

// Apply implements web.ConfigKeeper.
func (c configs) Apply(ctx context.Context, o web.ConfigOrder) (web.ConfigApplied, error) {
	var done web.ConfigApplied
	e, cfg, version, err := c.running(ctx)
	if err != nil {
		return done, err
	}
	if o.Base != "" && o.Base != cfg.Hotline.Hash() {
		return done, &cti.PlanError{Text: fmt.Sprintf("version %d was published meanwhile; allowed: look at the difference again, and publish then", version)}
	}
	next, err := c.wanted(ctx, e, o, cfg)
	if err != nil {
		return done, err
	}
	changes, found, err := compare(cfg, next)
	if err != nil {
		return done, err
	}
	if err := c.allowed(o, next, changes, found); err != nil {
		return done, err
	}
	done.Version, done.Changes = version, changes
	err = e.Publish(ctx, cti.Publish{Plan: next.Hotline, Due: o.At, By: o.By, Note: o.Note, Base: cfg.Hotline.Hash()})
	var same *cti.PlanError
	if errors.As(err, &same) && same.Same {
		return done, nil
	}
	if err != nil {
		return done, err
	}
	done.Notes = c.s.hurts(next.Hotline, time.Now())
	versions, err := e.Versions(ctx)
	if err != nil {
		return done, err
	}
	if !o.At.IsZero() {
		last := slices.MaxFunc(versions, func(a, b cti.VersionView) int { return a.Version - b.Version })
		done.Version, done.At = last.Version, &last.At
		return done, nil
	}
	return c.settled(ctx, e, done, versions)
}

// wanted is the configuration that an order wants.
func (c configs) wanted(ctx context.Context, e *engine.Engine, o web.ConfigOrder, running *config.Config) (*config.Config, error) {
	if o.Document != "" {
		return c.read(o, running)
	}
	p, err := e.PlanOf(ctx, o.Version)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, e.Publish(ctx, cti.Publish{Version: o.Version}) // which says what there is
	}
	next := *running
	next.Hotline = p
	if err := next.Check(); err != nil {
		return nil, &web.ConfigError{Text: fmt.Sprintf("version %d cannot be in force here any more: %v", o.Version, err)}
	}
	return &next, nil
}

// allowed says why changes are not taken, if they are not.
func (c configs) allowed(o web.ConfigOrder, next *config.Config, changes []web.ConfigChange, found []config.Change) error {
	if places := needRestart(changes); places != "" {
		return &web.ConfigError{Text: places + ": needs a restart; allowed: changes under hotline. Nothing was changed"}
	}
	for _, change := range found {
		if o.Company != "" && change.Company != o.Company {
			return &web.ConfigError{Foreign: true, Text: fmt.Sprintf("%s is not company %s's alone; allowed: its own lines, queues, agents, contacts, flows, and the calendars by which only they go. Nothing was changed", change.Place, o.Company)}
		}
	}
	if o.Company != "" && !o.At.IsZero() && len(next.Hotline.Companies) > 1 {
		return &web.ConfigError{Foreign: true, Text: "a planned version is the whole document, with the parts of other companies as they are now; allowed: at once, or an administrator"}
	}
	if err := c.s.switchable(next.Hotline); err != nil {
		return &web.ConfigError{Text: fmt.Sprintf("the switch cannot take it: %v. Nothing was changed", err)}
	}
	return nil
}

// settled waits until a plan that is in force is on disk and followed.
func (c configs) settled(ctx context.Context, e *engine.Engine, done web.ConfigApplied, versions []cti.VersionView) (web.ConfigApplied, error) {
	for _, v := range versions {
		switch v.State {
		case cti.VersionInForce:
			done.Version = v.Version
		case cti.VersionPlanned:
			done.Notes = append(done.Notes, fmt.Sprintf("version %d is planned for %s and will take this one's place, as the whole document that it is", v.Version, v.At.Format(time.RFC3339)))
		}
	}
	if c.s.asterisk == nil {
		done.Notes = append(done.Notes, "the switch is not this host's: agents' phones follow, but its files (extensions.conf, queues.conf) are yours to renew")
	}
	p, _, err := e.InForce(ctx)
	if err != nil {
		return done, err
	}
	ctx, cancel := context.WithTimeout(ctx, adoptWait)
	defer cancel()
	if err := c.s.awaitAdopted(ctx, p); err != nil {
		done.Notes = append(done.Notes, err.Error())
	}
	return done, nil
}

// Versions implements web.ConfigKeeper.
func (c configs) Versions(ctx context.Context) ([]cti.VersionView, error) {
	e, err := c.s.leader()
	if err != nil {
		return nil, err
	}
	return e.Versions(ctx)
}

// Cancel implements web.ConfigKeeper.
func (c configs) Cancel(ctx context.Context, in cti.CancelPlan, of cti.CompanyID) error {
	e, err := c.s.leader()
	if err != nil {
		return err
	}
	if of != "" {
		versions, err := e.Versions(ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(versions, func(v cti.VersionView) bool { return v.Version == in.Version && v.By != in.By }) {
			return &web.ConfigError{Foreign: true, Text: fmt.Sprintf("version %d was planned by somebody else; allowed: your own, or an administrator", in.Version)}
		}
	}
	return e.CancelPlan(ctx, in)
}
