using TrackHub.Matching.Deciding;
using TrackHub.Matching.Sales;
using TrackHub.Matching.Tests.Deciding;

namespace TrackHub.Matching.Tests.Sales;

public sealed class BlindCheckTests
{
    private static readonly Candidate Truth = Candidates.At(TimeSpan.FromMinutes(9)) with { SessionTag = 7 };
    private static readonly SaleFacts Sale = Candidates.Sale(1, Signal.ClickId, Signal.Ip);

    [Fact]
    public void A_visitor_of_the_same_session_is_right_and_one_of_another_is_wrong()
    {
        Judge(Sale, Guess(0.97, tag: 7)).ShouldBe(BlindOutcome.Right);
        Judge(Sale, Guess(0.97, tag: 8)).ShouldBe(BlindOutcome.Wrong);
    }

    [Fact]
    public void The_very_click_is_right_even_without_a_session() =>
        BlindCheck.Judge(Sale, Truth with { SessionTag = 0 }, [Guess(0.97, tag: 0, Truth.IngestId)], 0.9).ShouldBe(BlindOutcome.Right);

    [Fact]
    public void Two_events_without_a_session_are_not_one_visitor() =>
        BlindCheck.Judge(Sale, Truth with { SessionTag = 0 }, [Guess(0.97, tag: 0)], 0.9).ShouldBe(BlindOutcome.Wrong);

    [Fact]
    public void Below_the_threshold_it_attributes_nobody()
    {
        Judge(Sale, Guess(0.89, tag: 7)).ShouldBe(BlindOutcome.None);
        Judge(Sale).ShouldBe(BlindOutcome.None);
    }

    [Fact]
    public void A_sale_without_an_address_is_counted_apart() =>
        Judge(Candidates.Sale(1, Signal.ClickId), Guess(0.97, tag: 7)).ShouldBe(BlindOutcome.NoAddress);

    private static BlindOutcome Judge(SaleFacts sale, params Likelihood[] nearby) => BlindCheck.Judge(sale, Truth, nearby, 0.9);

    private static Likelihood Guess(double probability, uint tag, Guid? id = null) =>
        new(new([Candidates.At(TimeSpan.FromMinutes(3), id: id) with { SessionTag = tag }], SameAddress: true), 3, []) { Probability = probability };
}
