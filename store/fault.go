package store

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

// FactError is a message of the journal that cannot be projected, whatever is
// tried: it goes to the dead letters.
type FactError struct {
	Position uint64
	Reason   string
}

func (e *FactError) Error() string {
	return fmt.Sprintf("project message %d: %s", e.Position, e.Reason)
}

// verdict is what an error of a transaction asks for.
type verdict int

const (
	again  verdict = iota // the database's trouble: the same once more, for ever
	doubt                 // unknown: a few times while the database answers, then the fact's fault
	poison                // a fact's fault
)

// doubts is how often an error of unknown kind is tried again.
const doubts = 5

// classOf judges by the first two characters of PostgreSQL's error codes
// (PostgreSQL manual, appendix A).
var classOf = map[string]verdict{
	"08": again,  // connection
	"0A": again,  // a plan made before a migration
	"25": again,  // transaction state, read-only standby among them
	"28": again,  // log-in
	"3D": again,  // no such database
	"3F": again,  // no such schema
	"40": again,  // deadlock, serialization
	"42": again,  // no such table: not migrated yet
	"53": again,  // memory, disk, connections
	"55": again,  // locks
	"57": again,  // shutdown, cancel
	"58": again,  // I/O
	"22": poison, // a value that does not fit
	"23": poison, // a constraint, a closed record
	"54": poison, // too long for an index
}

func verdictOf(err error) verdict {
	var pg *pgconn.PgError
	var fact *FactError
	var network net.Error
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &fact):
		return poison
	case errors.As(err, &pg):
		if v, ok := classOf[pg.Code[:min(2, len(pg.Code))]]; ok {
			return v
		}
		return doubt
	case errors.As(err, &connect), errors.As(err, &network), pgconn.SafeToRetry(err),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return again
	}
	return doubt // a connection that broke in a way nobody typed, or a bug
}
