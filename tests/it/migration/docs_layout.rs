//! The drawing of `migration docs`: no box covers another, no line runs through a box or upon another line.

use callboard_migration::document::model::{Column, ForeignKey, Schema, Table};
use callboard_migration::document::svg::draw;
use callboard_migration::document::svg::layout::{Layout, Rect, Segment, layout};
use callboard_migration::document::{self, Tables};
use support::{TestDb, both, plain};

use super::common::options;

both! {
    async fn the_live_schema_is_drawn_clearly(t: TestDb) {
        let schema = document::live(&options(&t), Tables::Ours).await.expect("read the schema").0;
        let drawn = layout(&schema);
        assert_eq!(drawn.boxes.len(), schema.tables.len());
        assert_eq!(faults(&drawn), Vec::<String>::new());
        assert!(drawn.width < 2_000, "{} pixels wide", drawn.width);
    }
}

plain! {
    /// With circles, tables that refer to themselves, several keys from one column, and tables that stand alone.
    fn any_schema_is_drawn_clearly() {
        let mut random = fastrand::Rng::with_seed(4);
        let (mut circles, mut loops, mut lanes) = (0, 0, 0);
        for round in 0..300 {
            let schema = schema(&mut random);
            let drawn = layout(&schema);
            assert_eq!(drawn.boxes.len(), schema.tables.len(), "round {round}");
            assert_eq!(faults(&drawn), Vec::<String>::new(), "round {round}");
            assert_eq!(draw(&schema), draw(&schema));
            let keys = schema.tables.iter().enumerate().flat_map(|(at, t)| t.foreign_keys.iter().map(move |k| (at, k)));
            for (at, key) in keys {
                let target = schema.position(&key.target).expect("a table");
                loops += usize::from(target == at);
                circles += usize::from(target > at);
            }
            lanes += drawn.segments.iter().filter(|s| s.to.0 - s.from.0 > 130).count();
        }
        assert!(circles > 100 && loops > 100 && lanes > 100, "{circles} {loops} {lanes}");
    }

    fn nothing_is_drawn_of_nothing() {
        assert_eq!(faults(&layout(&Schema::default())), Vec::<String>::new());
        assert!(draw(&Schema::default()).ends_with("</svg>\n"));
    }

    /// The check can fail.
    fn faults_are_found() {
        let rect = |table, x| Rect { table, x, y: 0, width: 100, height: 50 };
        let line = |wire, from, to| Segment { wire, target: 0, from, to, optional: false };
        let boxes = vec![rect(0, 0), rect(1, 90), rect(2, 300)];
        let segments = vec![
            line(0, (190, 20), (310, 20)),
            line(1, (250, 20), (270, 20)),
            line(0, (200, 20), (220, 20)),
            line(2, (260, 0), (260, 90)),
        ];
        let found = faults(&Layout { width: 400, height: 50, boxes, segments, ..Default::default() });
        let expected = ["boxes 0 and 1", "box 2 and wire 0", "wires 0 and 1", "wire 2 leaves the page"];
        assert_eq!(found, expected);
    }
}

/// Up to 14 tables with keys to any table; a foreign key stands on one of the first columns, so some share theirs.
fn schema(random: &mut fastrand::Rng) -> Schema {
    let count = random.usize(1..=14);
    let tables = (0..count).map(|at| {
        let columns = (0..random.usize(1..=12)).map(|c| Column {
            name: format!("column_{c}"),
            kind: "text".to_owned(),
            nullable: random.bool(),
            ..Default::default()
        });
        let columns: Vec<Column> = columns.collect();
        let keys = (0..random.usize(0..=3)).map(|_| ForeignKey {
            columns: vec![format!("column_{}", random.usize(0..columns.len()))],
            // Mostly to an earlier table.
            target: format!(
                "table_{:02}",
                if random.u8(0..6) == 0 { random.usize(0..count) } else { random.usize(0..=at) }
            ),
            target_columns: vec!["column_0".to_owned()],
            ..Default::default()
        });
        Table { name: format!("table_{at:02}"), foreign_keys: keys.collect(), columns, ..Default::default() }
    });
    Schema { version: "m".to_owned(), tables: tables.collect() }
}

fn faults(drawn: &Layout) -> Vec<String> {
    let mut out = Vec::new();
    for (at, a) in drawn.boxes.iter().enumerate() {
        for b in &drawn.boxes[at + 1..] {
            if a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height {
                out.push(format!("boxes {} and {}", a.table, b.table));
            }
        }
        for s in &drawn.segments {
            let ((x1, y1), (x2, y2)) = ends(s);
            if x1 < a.x + a.width && a.x < x2.max(x1 + 1) && y1 < a.y + a.height && a.y < y2.max(y1 + 1) {
                out.push(format!("box {} and wire {}", a.table, s.wire));
            }
        }
        if a.x < 0 || a.y < 0 || a.x + a.width > drawn.width || a.y + a.height > drawn.height {
            out.push(format!("box {} leaves the page", a.table));
        }
    }
    for (at, a) in drawn.segments.iter().enumerate() {
        let ((x1, y1), (x2, y2)) = ends(a);
        for b in drawn.segments[at + 1..].iter().filter(|b| b.wire != a.wire) {
            let ((u1, v1), (u2, v2)) = ends(b);
            let level = y1 == y2 && v1 == v2 && y1 == v1 && x1 < u2 && u1 < x2;
            let upright = x1 == x2 && u1 == u2 && x1 == u1 && y1 < v2 && v1 < y2;
            if level || upright {
                out.push(format!("wires {} and {}", a.wire, b.wire));
            }
        }
        if x1 < 0 || y1 < 0 || x2 > drawn.width || y2 > drawn.height {
            out.push(format!("wire {} leaves the page", a.wire));
        }
    }
    out
}

fn ends(s: &Segment) -> ((i64, i64), (i64, i64)) {
    (s.from.min(s.to), s.from.max(s.to))
}
