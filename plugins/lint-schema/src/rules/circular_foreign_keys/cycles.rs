//! Strongly connected components: Tarjan's algorithm, with a stack of its own in place of recursion, which ten thousand
//! tables in a chain would exhaust. <https://en.wikipedia.org/wiki/Tarjan%27s_strongly_connected_components_algorithm>

/// Sets of more than one node that all lead to each other, each in ascending order. `edges[node]` lists where a node leads
/// to. Time is linear in nodes and edges.
pub fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search =
        Search { edges, next: 0, states: vec![State::default(); edges.len()], path: Vec::new(), found: Vec::new() };
    for node in 0..edges.len() {
        if search.states[node].order.is_none() {
            search.visit(node);
        }
    }
    search.found
}

#[derive(Clone, Default)]
struct State {
    /// When it was first seen.
    order: Option<usize>,
    /// The first seen node that it leads back to.
    lowest: usize,
    on_path: bool,
}

struct Search<'e> {
    edges: &'e [Vec<usize>],
    next: usize,
    states: Vec<State>,
    path: Vec<usize>,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn visit(&mut self, start: usize) {
        // Nodes on the way, each with how many of its edges were followed.
        let mut way = vec![(start, 0)];
        self.enter(start);
        while let Some((node, followed)) = way.last_mut() {
            let from = *node;
            if let Some(&to) = self.edges[from].get(*followed) {
                *followed += 1;
                match self.states[to].order {
                    None => {
                        self.enter(to);
                        way.push((to, 0));
                    }
                    Some(order) if self.states[to].on_path => self.lower(from, order),
                    Some(_) => {}
                }
            } else {
                way.pop();
                if let Some((before, _)) = way.last() {
                    self.lower(*before, self.states[from].lowest);
                }
                self.leave(from);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.states[node] = State { order: Some(self.next), lowest: self.next, on_path: true };
        self.next += 1;
        self.path.push(node);
    }

    fn lower(&mut self, node: usize, order: usize) {
        let state = &mut self.states[node];
        state.lowest = state.lowest.min(order);
    }

    /// The first seen node of a component takes the whole of it off the path.
    fn leave(&mut self, node: usize) {
        if self.states[node].order != Some(self.states[node].lowest) {
            return;
        }
        let mut component = Vec::new();
        while let Some(top) = self.path.pop() {
            self.states[top].on_path = false;
            component.push(top);
            if top == node {
                break;
            }
        }
        if component.len() > 1 {
            component.sort_unstable();
            self.found.push(component);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(edges: &[&[usize]]) -> Vec<Vec<usize>> {
        let mut found = cycles(&edges.iter().map(|edges| edges.to_vec()).collect::<Vec<_>>());
        found.sort();
        found
    }

    #[test]
    fn components_of_more_than_one() {
        assert!(sorted(&[&[1], &[2], &[]]).is_empty());
        assert!(sorted(&[&[0]]).is_empty(), "a table that refers to itself");
        assert_eq!(sorted(&[&[1], &[0]]), [[0, 1]]);
        assert_eq!(sorted(&[&[1], &[2, 3], &[0], &[4], &[3, 0], &[0]]), [vec![0, 1, 2, 3, 4]]);
        assert_eq!(sorted(&[&[1], &[0, 2], &[3], &[2], &[0, 3]]), [vec![0, 1], vec![2, 3]]);
    }

    #[test]
    fn a_long_chain_takes_no_stack() {
        let mut edges: Vec<Vec<usize>> = (1..100_000).map(|next| vec![next]).collect();
        edges.push(Vec::new());
        assert!(cycles(&edges).is_empty());
        edges[99_999].push(0);
        assert_eq!(cycles(&edges)[0].len(), 100_000);
    }
}
