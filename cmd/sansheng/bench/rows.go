package bench

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// columns are those that are filled, by table; what is left out has its default.
var columns = map[string]string{
	"call": "id company did caller_number caller_name direction mode language ring_period_ms emergency engine started_at ringback_at joined_at " +
		"hung_up_at hung_up_by ended_at ended_by disposition cause abandoned",
	"queue_entry": "call_id n company queue priority ahead entered_at left_at wait_ms result started_at",
	"offer":       "call_id offer agent queue channel offered_at alerted_at ended_at result cause ring_ms rings",
	"answer":      "call_id agent queue channel answered_at wait_ms agent_ring_ms agent_rings caller_ring_ms caller_rings rings within_three_rings started_at",
	"leg":         "call_id channel role agent started_at answered_at joined_at ended_at cause",
	"prompt":      "call_id n purpose prompt began_at ended_at whole failed",
	"step":        "call_id n at step detail",
	"hold":        "call_id n channel role began_at ended_at",
	"recording":   "call_id name began_at",
	"dial":        "call_id agent matter dialled_at reached_at ring_ms result",
	"message":     "call_id company box did caller number recording length_ms left_at taken_by taken_at finished_by finished_at result",
	"callback":    "call_id company queue number asked_at ended_at result by_call",
	"agent_state": "company agent state began_at",
	"sheet":       "ticket_id call_id company agent opened_at kind version said closed_at",
	"ticket": "id company kind state owner call_id opened_at due_at closed_at calls department clerk summary place phone important charged " +
		"promised warn_at warned overdue level result score worked_at facts changed_at",
	"act":       "fact_id at kind company call_id agent ticket_id data seq n by_person follow_up_id",
	"follow_up": "id company state agent tickets reach planned_at due_at overdue next_at ended_at dissatisfied facts said",
}

// order is that in which tables are copied.
var order = []string{
	"call", "queue_entry", "offer", "answer", "leg", "prompt", "step", "hold", "recording", "dial", "message", "callback", "agent_state", "ticket", "sheet", "act", "follow_up",
}

// rows are the rows of a part of the year, by table.
type rows struct {
	of map[string][][]any
	// done is how many calls are generated with this part, acts how many acts.
	done int
	acts int64
}

func newRows() *rows { return &rows{of: make(map[string][][]any, len(columns))} }

// add adds a row, its values in the order of columns.
func (r *rows) add(table string, values ...any) { r.of[table] = append(r.of[table], values) }

// copy copies all, or nothing.
func (r *rows) copy(ctx context.Context, c *pgx.Conn) error {
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		for _, table := range order {
			if len(r.of[table]) == 0 {
				continue
			}
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{table}, strings.Fields(columns[table]), pgx.CopyFromRows(r.of[table])); err != nil {
				return fmt.Errorf("copy %s: %w", table, err)
			}
		}
		_, err := tx.Exec(ctx, "UPDATE counter SET last = $1 WHERE name = 'outbox'", r.acts)
		return err
	})
}
