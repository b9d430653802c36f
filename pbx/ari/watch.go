package ari

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"go.uber.org/zap"

	"sansheng/pbx"
)

// subscribeAtOnce bounds one request; the switch takes at most 128.
const subscribeAtOnce = 100

// WatchEndpoints makes ids the whole set of devices whose reachability is told
// by EndpointChanged. For each one added while the link stands its present
// state is told, by which the switch's lack of it counts as unreachable. A set
// given while the link is down counts from the next LinkUp, whose snapshot has all.
func (l *Link) WatchEndpoints(ctx context.Context, ids []pbx.EndpointID) error {
	l.mu.Lock()
	l.watched = make(map[pbx.EndpointID]bool, len(ids))
	for _, id := range ids {
		l.watched[id] = true
	}
	s := l.current
	l.mu.Unlock()
	if s == nil {
		return nil
	}
	select {
	case <-s.upC:
	case <-s.failedC:
		return nil // the next connection begins with the new set
	case <-ctx.Done():
		return fmt.Errorf("watch endpoints: %w", context.Cause(ctx))
	}
	return s.subscribe(ctx)
}

// subscribe brings the session's subscriptions to what the link wants.
func (s *session) subscribe(ctx context.Context) error {
	s.watchMu.Lock()
	defer s.watchMu.Unlock()
	s.link.mu.Lock()
	want := maps.Clone(s.link.watched)
	s.link.mu.Unlock()

	var added, dropped []pbx.EndpointID
	for id := range want {
		if !s.subscribed[id] {
			added = append(added, id)
		}
	}
	for id := range s.subscribed {
		if !want[id] {
			dropped = append(dropped, id)
		}
	}
	slices.Sort(added)
	s.forget(added)
	for part := range slices.Chunk(added, subscribeAtOnce) {
		if err := s.add(ctx, part); err != nil {
			return err
		}
	}
	for _, id := range dropped {
		if err := s.drop(ctx, id); err != nil {
			return err
		}
	}
	if len(added) == 0 || !s.standing() {
		return nil
	}
	return s.tell(ctx, added)
}

// add subscribes some endpoints. The switch refuses all for the sake of one it
// does not know: then they are tried one by one, and the unknown left out until
// the next change of the set or connection.
func (s *session) add(ctx context.Context, ids []pbx.EndpointID) error {
	apps, app := s.link.control.Applications, s.link.options.App
	sources := make([]string, 0, len(ids))
	for _, id := range ids {
		sources = append(sources, source(id))
	}
	err := apps.Subscribe(ctx, app, sources...)
	switch {
	case err == nil:
		for _, id := range ids {
			s.subscribed[id] = true
		}
	case !unknownSource(err):
		return err
	case len(ids) == 1:
		s.link.options.Log.Warn("endpoint unknown to the switch", zap.String("endpoint", string(ids[0])))
	default:
		for _, id := range ids {
			if err := s.add(ctx, []pbx.EndpointID{id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// drop ends a subscription. The switch counts them over connections, so it is
// asked until it says that there is none.
func (s *session) drop(ctx context.Context, id pbx.EndpointID) error {
	apps, app := s.link.control.Applications, s.link.options.App
	for range subscribeAtOnce {
		err := apps.Unsubscribe(ctx, app, source(id))
		if ask(err, func(e *Error) bool { return e.Status/100 == 4 }) {
			break
		}
		if err != nil {
			return err
		}
	}
	delete(s.subscribed, id)
	s.forget([]pbx.EndpointID{id})
	return nil
}

// forget makes the next word on the endpoints count whatever it is.
func (s *session) forget(ids []pbx.EndpointID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.tr.reach, id)
	}
}

// tell queues the present state of endpoints, except of those an event has
// told since they were subscribed: that is newer than what is read here.
func (s *session) tell(ctx context.Context, ids []pbx.EndpointID) error {
	all, err := s.link.control.Endpoints.List(ctx)
	if err != nil {
		return err
	}
	state := make(map[pbx.EndpointID]bool, len(all))
	for i := range all {
		state[endpointID(&all[i])] = reachable(&all[i])
	}
	at := pbx.At(s.link.Now())
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if _, told := s.tr.reach[id]; told {
			continue
		}
		s.tr.reach[id] = state[id]
		s.link.events.push(pbx.EndpointChanged{At: at, Endpoint: id, Reachable: state[id]})
	}
	return nil
}

func source(id pbx.EndpointID) string { return "endpoint:" + string(id) }

func unknownSource(err error) bool {
	return ask(err, func(e *Error) bool { return e.Status == 422 || e.Status == 404 || e.Status == 400 })
}
