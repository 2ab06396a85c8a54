using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.Tests.Tenants;

public sealed class RulesTextTests
{
    private static readonly BrandSettings Present = new() { WindowDays = 14, ProbabilisticThreshold = 0.8, LaneShards = 3, RulesVersion = 5 };

    [Fact]
    public void What_a_file_names_takes_the_place_of_the_brands_own_and_the_rest_stays()
    {
        var rules = RulesText.Apply(Present, """{"version": 2, "since": "2026-11-01", "probabilistic_threshold": 0.95, "stage_order": ["email"]}""");

        rules.ProbabilisticThreshold.ShouldBe(0.95);
        rules.StageOrder.ShouldBe([MatchKey.Email]);
        (rules.WindowDays, rules.LaneShards).ShouldBe((14, 3));
    }

    [Fact]
    public void Values_as_the_command_prints_them_are_read_too() =>
        RulesText.Apply(Present, """{"window_days": "3", "stage_order": "phone,email", "semi_deterministic": "false"}""")
            .ShouldSatisfyAllConditions(
                static rules => rules.WindowDays.ShouldBe(3),
                static rules => rules.StageOrder.ShouldBe([MatchKey.Phone, MatchKey.Email]),
                static rules => rules.SemiDeterministic.ShouldBeFalse());

    [Theory]
    [InlineData("[1]", "no JSON object")]
    [InlineData("{", "no JSON")]
    [InlineData("""{"colour": 1}""", "window_days")]
    [InlineData("""{"currency": "EUR"}""", "window_days")]
    [InlineData("""{"probabilistic_threshold": 0.2}""", "0.5")]
    [InlineData("""{"stage_order": ["cookie"]}""", "click_id")]
    [InlineData("""{"window_days": null}""", "window_days")]
    public void What_is_wrong_with_a_file_is_named(string json, string told) =>
        Should.Throw<AdminException>(() => RulesText.Apply(Present, json)).Message.ShouldContain(told);
}
