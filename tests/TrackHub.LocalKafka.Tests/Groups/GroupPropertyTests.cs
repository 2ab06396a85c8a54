using FsCheck;
using FsCheck.Fluent;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>Whatever happens in whatever order, see <see cref="GroupModel"/>.</summary>
public sealed class GroupPropertyTests
{
    private const int Runs = 300;

    private int _mostSharing;

    [Fact]
    public void A_group_keeps_its_promises_whatever_its_clients_do()
    {
        // What members do most comes most often; twice the same weight of time passing would leave nobody in the group.
        var happenings = Gen.Frequency(
            (6, Gen.Constant(Happening.Join)),
            (6, Gen.Constant(Happening.Sync)),
            (3, Gen.Constant(Happening.Heartbeat)),
            (2, Gen.Constant(Happening.Commit)),
            (1, Gen.Constant(Happening.Leave)),
            (1, Gen.Constant(Happening.Forget)),
            (1, Gen.Constant(Happening.Haunt)),
            (2, Gen.Constant(Happening.Pass)),
            (1, Gen.Constant(Happening.Restart)));
        var steps =
            from what in happenings
            from client in Gen.Choose(0, GroupModel.Clients - 1)
            from amount in Gen.Choose(0, 59)
            select new Step(what, client, amount);
        var runs =
            from delay in Gen.Elements(0, 3)
            from taken in steps.ListOf(80)
            select (Delay: delay, Steps: taken.ToList());

        Prop.ForAll(Arb.From(runs, Shorter), Run).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));
        _mostSharing.ShouldBeGreaterThanOrEqualTo(3);   // or the histories would be too poor to mean much
    }

    private void Run((int Delay, List<Step> Steps) run)
    {
        using var model = new GroupModel(TimeSpan.FromSeconds(run.Delay));
        foreach (var step in run.Steps)
            model.Take(step);
        model.End();
        _mostSharing = Math.Max(_mostSharing, model.MostSharing);
    }

    private static IEnumerable<(int Delay, List<Step> Steps)> Shorter((int Delay, List<Step> Steps) run) =>
        Enumerable.Range(0, run.Steps.Count).Reverse().Select(i => (run.Delay, run.Steps.Where((_, at) => at != i).ToList()));
}
