//! English.

use crate::finding::Code;

pub(super) fn texts(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NotJson => (
            "this is not JSON from line {0}, column {1} on",
            "export the flow again from the Builder, and do not edit it in between",
        ),
        Code::TooLarge => (
            "the text has {0} bytes; a flow has at most {1}",
            "remove what is not part of the flow, such as images that are embedded as text",
        ),
        Code::NotAFlow => (
            "this is not a flow of the Builder",
            "export the flow from the Builder, or take the published application with its `settings.flow`",
        ),
        Code::TooMany => ("there are more than {0} of these", "split the flow into subflows"),
        Code::WrongType => (
            "expected {0} here, found `{1}`",
            "open the block in the Builder, save it again and export the flow",
        ),
        Code::Missing => (
            "`{0}` is missing here",
            "open the block in the Builder, save it again and export the flow",
        ),
        Code::UnknownWord => ("`{0}` is not a word that the engine knows here", "it is one of {1}"),
        Code::DuplicateId => (
            "two blocks have the id `{0}`",
            "delete one of the two blocks in the Builder, or copy it there, which gives it an id of its own",
        ),
        Code::IdDiffers => (
            "the block `{0}` is listed under the name `{1}`",
            "export the flow again from the Builder, and do not edit it in between",
        ),
        Code::NoRoot => (
            "no block is the root, where conversations begin",
            "the block «Start» of the Builder is the root; export the whole flow",
        ),
        Code::SeveralRoots => (
            "«{0}» is a root, and there is another one before it",
            "leave the root to the block «Start» of the Builder",
        ),
        Code::RootDoesNotWait => (
            "«{0}», where conversations begin, does not wait for the customer",
            "in the Builder, let the first block wait for the user's input, without conditions",
        ),
        Code::IncompleteCondition => (
            "a condition in «{0}» is not complete: `{1}`",
            "in the Builder, open the block's conditions and fill in what they compare; «exists» and «does not exist» compare with nothing",
        ),
        Code::LoopWithoutWaiting => (
            "«{0}» leads back to itself through blocks that do not wait for the customer, and nothing changes that would end the loop",
            "in the Builder, let one of the blocks of this loop wait for the user's input",
        ),
        Code::LoopMayNotEnd => (
            "«{0}» may lead back to itself without waiting for the customer: only conditions end the loop",
            "check that the conditions end it soon, because the engine stops after {1} blocks; or let one of its blocks wait for the user's input",
        ),
        Code::ChainTooLong => (
            "up to {1} blocks can follow «{0}» without waiting, and the engine stops after {2}",
            "in the Builder, join some of these blocks, or let one of them wait for the user's input",
        ),
        Code::DanglingOutput => (
            "output {1} of «{0}» leads to the block `{2}`, which does not exist",
            "in the Builder, link the output to a block that exists; as it is, the conversation stops and starts again",
        ),
        Code::UnlinkedOutput => (
            "output {1} of «{0}» leads nowhere",
            "in the Builder, link the output to a block; as it is, the conversation stops and starts again",
        ),
        Code::OldGeneration => (
            "«{0}» is a human-assistance block of generation {1}, which has no inactivity exit",
            "in the Builder, open the block and choose «Update», link the exit «ticket closed for customer inactivity» to a block and publish",
        ),
        Code::NoInactivityExit => (
            "«{0}» has no exit for {1}: a customer whose ticket is closed for inactivity stays in the block, in a ticket that is closed",
            "in the Builder, add the exit «ticket closed for customer inactivity» to the block and link it; `despertador flow check --fix` does it in a copy of the flow",
        ),
        Code::ShadowedExit => (
            "in «{0}» an earlier output takes the tickets that the exit for {1} is for, and leads to «{2}»",
            "in the Builder, move the exit above this output, or add to the output the condition that the input is not a ticket",
        ),
        Code::ExitLeadsBack => (
            "the exit of «{0}» for {1} leads back to the same block",
            "in the Builder, link the exit to the block where the conversation should continue",
        ),
        Code::ExitDoesNotArrive => (
            "the exit of «{0}» for {1} leads to «{2}», from which no path reaches a block that waits",
            "in the Builder, let a block behind the exit wait for the user's input",
        ),
        Code::ExitMayBeShadowed => (
            "in «{0}» an earlier output may take the tickets that the exit for {1} is for, and lead to «{2}»",
            "in the Builder, move the exit above this output, unless its conditions never hold for a closed ticket",
        ),
        Code::NoOtherExit => (
            "«{0}» has no exit for {1}: a customer whose ticket is closed that way stays in the block",
            "in the Builder, add the exit to the block and link it",
        ),
        Code::InactivityLeftOut => (
            "in «{0}» the action «{1}» is done after the other closes and not after {2}",
            "in the Builder, add {2} to the values of the action's condition, unless this is intended",
        ),
        Code::NoHumanAssistance => (
            "the flow has no human-assistance block: no tickets are opened in it",
            "nothing has to be fixed, unless tickets are opened elsewhere, for example in a subflow; then check that flow",
        ),
        Code::UnreachableBlock => {
            ("nothing leads to «{0}»", "in the Builder, link an output to the block, or delete it")
        }
        Code::UnsupportedPattern => (
            "the pattern `{1}` in «{0}» uses {2}, which this engine does not support because it could hang; the block fails here but works in Blip",
            "write the condition without it, for example with a second condition",
        ),
        Code::BrokenPattern => {
            ("the pattern `{1}` in «{0}» is invalid: {2}", "fix the pattern in the Builder")
        }
        Code::TooManyOutputs => (
            "«{0}» has more than {1} outputs, which the Builder does not let you add to",
            "divide the outputs between two blocks",
        ),
        Code::OutputNeverTaken => (
            "in «{0}» outputs follow one without conditions, which is always taken, so they never are",
            "in the Builder, move the output without conditions to the end",
        ),
        Code::TypebotNoWebhook => (
            "no Webhook block of this bot waits: nothing can make it go on when a ticket is closed",
            "after the handover to people add a Webhook block (not HTTP request), and continue behind it",
        ),
        Code::TypebotNoWayOut => (
            "nothing follows the Webhook block in «{0}»: the customer stays there when the ticket is closed",
            "connect the block with the group that is to follow a close",
        ),
        Code::TypebotNoResultId => (
            "no variable of this bot has the result id, by which its Webhook block is called",
            "before the handover add a «Set variable» block with the value «Result ID», and tell it to the help desk",
        ),
        Code::TypebotExitNotRead => (
            "the Webhook block in «{0}» stores nothing of what it is called with",
            "in its settings save `data.exit` into a variable, and continue with a condition on it",
        ),
        Code::TypebotWaitsForInputOnly => (
            "behind the Webhook block in «{0}» the bot waits for the customer at once, who does not know that the ticket is closed",
            "say something to the customer before the input",
        ),
        Code::MoreFindings => {
            ("{0} more findings are not listed", "fix those that are, and check again")
        }
    }
}
