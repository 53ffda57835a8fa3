//! Loans that somebody took for her way. While a cause outside her control keeps her from going on, nothing is asked back;
//! what was lost of her way is taken off what she owes, and whoever stays without a place owes nothing at all.

use super::portion;
use crate::contingency::{Control, Response};
use crate::finance::settlement::Settlement;
use crate::money::Money;

/// What is taken off a loan when a case ends so: everything where she stays without a place, else the part of her way
/// that was lost, rounded once, half to even. Nothing where the cause was found to be hers.
///
/// The part is that of the settlement in the currency of the loan, or of the only one there is.
pub fn relief(left: Money, outcome: Response, control: Control, settlements: &[Settlement]) -> Money {
    let nothing = Money::new(0, left.currency);
    if control == Control::Within || left.minor <= 0 {
        return nothing;
    }
    if outcome == Response::Unplaced {
        return left;
    }
    let same = settlements.iter().find(|settlement| settlement.loss.currency == left.currency);
    let only = || settlements.first().filter(|_| settlements.len() == 1);
    let Some(settlement) = same.or_else(only) else { return nothing };
    if settlement.loss.minor <= 0 || settlement.sunk.minor <= 0 {
        return nothing;
    }
    let part = portion(left.minor, settlement.loss.minor, settlement.sunk.minor);
    Money::new(part.clamp(0, left.minor), left.currency)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contingency::AtFault;
    use proptest::prelude::*;

    fn settlement(currency: &str, sunk: i64, loss: i64) -> Settlement {
        let of = |minor| Money { minor, ..Money::parse(&format!("{currency} 0.00")).unwrap() };
        Settlement {
            control: Control::Outside,
            at_fault: AtFault::Nobody,
            lines: vec![],
            sunk: of(sunk),
            residual: of(sunk - loss),
            loss: of(loss),
            waterfall: vec![],
            trainee: of(0),
        }
    }

    fn euro(text: &str) -> Money {
        Money::parse(&format!("EUR {text}")).unwrap()
    }

    #[test]
    fn what_was_lost_of_her_way_is_taken_off() {
        let of = |outcome, control, settlements: &[Settlement]| relief(euro("900"), outcome, control, settlements);
        let third = [settlement("EUR", 900_000, 300_000)];
        assert_eq!(of(Response::HomeTrack, Control::Outside, &third), euro("300"));
        assert_eq!(of(Response::Defer, Control::Outside, &[settlement("EUR", 900_000, 0)]), euro("0"), "nothing is lost");
        assert_eq!(of(Response::Unplaced, Control::Outside, &third), euro("900"), "whoever stays without a place owes nothing");
        assert_eq!(of(Response::Unplaced, Control::Within, &third), euro("0"));
        assert_eq!(of(Response::Unplaced, Control::Adjudicate, &third), euro("900"), "until somebody has found otherwise");
        assert_eq!(of(Response::HomeTrack, Control::Outside, &[settlement("MAD", 90, 45)]), euro("450"), "the only one there is");
        let two = [settlement("MAD", 90, 45), settlement("USD", 90, 45)];
        assert_eq!(of(Response::HomeTrack, Control::Outside, &two), euro("0"), "nobody guesses which");
    }

    proptest! {
        #[test]
        fn never_more_than_is_owed_and_never_less_than_nothing(left in 0_i64..1_000_000_000, sunk in 0_i64..1_000_000, part in 0_u8..=100) {
            let loss = sunk * i64::from(part) / 100;
            for outcome in Response::ALL {
                let off = relief(Money { minor: left, ..euro("0") }, *outcome, Control::Outside, &[settlement("EUR", sunk, loss)]);
                prop_assert!((0..=left).contains(&off.minor));
            }
        }
    }
}
