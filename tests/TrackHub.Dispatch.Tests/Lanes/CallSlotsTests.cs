using TrackHub.Dispatch.Lanes;

namespace TrackHub.Dispatch.Tests.Lanes;

public sealed class CallSlotsTests
{
    private readonly CallSlots _slots = new(8);

    [Fact]
    public void A_brand_alone_takes_all_but_the_quarter_that_is_kept_for_others()
    {
        Enter("a", 7).Count(static entered => entered.IsCompletedSuccessfully).ShouldBe(6);

        Enter("b", 1)[0].IsCompletedSuccessfully.ShouldBeTrue();
        Enter("c", 1)[0].IsCompletedSuccessfully.ShouldBeTrue();
        Enter("d", 1)[0].IsCompletedSuccessfully.ShouldBeFalse();
    }

    [Fact]
    public async Task The_brand_with_the_fewest_calls_is_next_however_late_it_came()
    {
        var crowd = Enter("a", 20);
        var late = Enter("b", 3);
        late.Count(static entered => entered.IsCompletedSuccessfully).ShouldBe(1);

        for (var i = 0; i < 3; i++)
            _slots.Leave("a");

        await Task.WhenAll(late);
        crowd.Count(static entered => entered.IsCompletedSuccessfully).ShouldBe(6);
    }

    [Fact]
    public async Task Between_equals_who_came_first_goes_first()
    {
        Enter("x", 1);
        Enter("a", 5);
        Enter("y", 1);
        var last = Enter("z", 1)[0];
        last.IsCompletedSuccessfully.ShouldBeTrue();
        var second = Enter("b", 1)[0];
        var third = Enter("c", 1)[0];

        _slots.Leave("x");

        await second;
        third.IsCompletedSuccessfully.ShouldBeFalse();
    }

    [Fact]
    public async Task A_lane_with_a_Purchase_goes_before_one_with_browser_events_even_if_the_Purchase_came_while_it_waited()
    {
        Enter("x", 6);
        Enter("y", 1);
        Enter("z", 1);
        var hasPurchase = false;
        var browserEvents = _slots.EnterAsync("a", static () => false, CancellationToken.None);
        var purchase = _slots.EnterAsync("b", () => hasPurchase, CancellationToken.None);

        hasPurchase = true;
        _slots.Leave("y");

        await purchase.WaitAsync(TimeSpan.FromSeconds(30));
        browserEvents.IsCompleted.ShouldBeFalse();
        _slots.Leave("z");
        await browserEvents.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Purchases_of_one_brand_leave_the_kept_quarter_to_the_others()
    {
        List<Task> purchases = [.. Enumerable.Range(0, 20).Select(_ => _slots.EnterAsync("a", static () => true, CancellationToken.None))];

        purchases.Count(static entered => entered.IsCompletedSuccessfully).ShouldBe(6);
        Enter("b", 1)[0].IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Who_gives_up_takes_no_slot()
    {
        using var stop = new CancellationTokenSource();
        Enter("a", 6);
        Enter("b", 1);
        Enter("c", 1);
        var waiting = _slots.EnterAsync("d", static () => false, stop.Token);

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        _slots.Leave("b");

        Enter("e", 1)[0].IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task One_slot_serves_all_in_turn()
    {
        var one = new CallSlots(1);
        for (var i = 0; i < 100; i++)
        {
            await one.EnterAsync(i % 2 == 0 ? "a" : "b", static () => false, CancellationToken.None);
            one.Leave(i % 2 == 0 ? "a" : "b");
        }

        one.EnterAsync("a", static () => false, CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
    }

    private List<Task> Enter(string brand, int times) => [.. Enumerable.Range(0, times).Select(_ => _slots.EnterAsync(brand, static () => false, CancellationToken.None))];
}
