using Microsoft.Extensions.Options;
using TrackHub.MetaSim;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Testing;

namespace TrackHub.Integration.Metrics;

/// <summary>The clients of both platforms against the simulator, over HTTP, without a role around them.</summary>
public sealed class AdClientTests : IAsyncLifetime
{
    private static readonly AdHttpLimits Limits = new(TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(10));

    private readonly AdHttp _http = new(Limits, TimeProvider.System);
    private MetaSimHost _sim = null!;
    private HttpClient _control = null!;

    public async Task InitializeAsync()
    {
        _sim = await MetaSimHost.StartAsync(new() { DataDirectory = TestFolder.Next("ads-sim") });
        _control = new() { BaseAddress = _sim.BaseAddress, Timeout = TimeSpan.FromSeconds(30) };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        _control.Dispose();
        await _sim.DisposeAsync();
    }

    [Fact]
    public async Task A_key_that_is_taken_is_told_with_what_the_account_counts_in()
    {
        await ControlAsync("/_sim/ads", """{"account":"act_1","time_zone":"Asia/Kolkata","currency":"INR","key":"right"}""");
        await ControlAsync("/_sim/ads", """{"account":"1000000001","time_zone":"America/New_York","currency":"USD","key":"1//right","manager":"9999999999"}""");

        var meta = await Meta().ValidateAsync(new("right"), "act_1", default);
        var google = await Google(manager: "9999999999").ValidateAsync(new("1//right"), "1000000001", default);

        (meta.Success, meta.Account).ShouldBe((true, new("Asia/Kolkata", "INR")));
        (google.Success, google.Account).ShouldBe((true, new("America/New_York", "USD")));
        meta.Message.ShouldBe("Meta takes the key. The account counts in INR and by the clock of Asia/Kolkata.");
    }

    [Theory]
    [InlineData("act_1", "canary-wrong", "The key has expired (code 190, subcode 463).")]
    [InlineData("act_1", "canary wrong", "This is no key")]
    [InlineData("act_1", "canary\r\nX-Other: 1", "This is no key")]
    [InlineData("act_1", "", "This is no key")]
    [InlineData("me", "canary", "This is no account id")]
    [InlineData("1000000001", "canary-wrong", "The key may not read this account (USER_PERMISSION_DENIED).")]
    [InlineData("1000000001", "canary-revoked", "Google does not take the key any more")]
    [InlineData("1000000001", "right", "The key may not read this account", false)]
    [InlineData("123", "right", "This is no account id")]
    public async Task A_key_that_is_refused_is_told_why_and_not_repeated(string account, string key, string message, bool throughManager = true)
    {
        await ControlAsync("/_sim/ads", """{"account":"act_1","key":"right"}""");
        await ControlAsync("/_sim/ads", """{"account":"1000000001","key":"right","manager":"9999999999"}""");
        IAdPlatform platform = char.IsAsciiDigit(account[0]) ? Google(throughManager ? "9999999999" : "") : Meta();

        var told = await platform.ValidateAsync(new(key), account, default);

        (told.Success, told.Account).ShouldBe((false, null));
        told.Message.ShouldStartWith(message);
        told.Message.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Without_an_OAuth_client_the_operator_is_named()
    {
        var options = new GoogleAdsOptions { BaseUrl = _sim.BaseAddress, TokenUrl = new(_sim.BaseAddress, "token") };

        (await new GoogleAds(_http, Options.Create(options)).ValidateAsync(new("1//any"), "1000000001", default)).Message.ShouldContain("GoogleAds:ClientId");
    }

    [Fact]
    public async Task Days_that_Meta_finds_too_many_are_asked_for_in_halves()
    {
        var now = TimeProvider.System.GetUtcNow();
        var whole = await Meta().PullAsync(new("any"), "act_2", 9, now, default);
        await ControlAsync("/_sim/behaviour", """{"match":{"dataset":"act_2"},"code":100,"subcode":1487534,"times":1}""");
        await ControlAsync("/_sim/behaviour", """{"match":{"dataset":"act_2"},"latency_ms":1,"times":1}""");   // the newest first: it is the account's own question

        var halves = await Meta().PullAsync(new("any"), "act_2", 9, now, default);

        halves.Fault.ShouldBeNull();
        halves.Hours.ShouldBe(whole.Hours);
        whole.Hours.Sum(static hour => hour.SpendMinor).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Between_two_pages_a_limit_that_is_used_up_is_respected()
    {
        await ControlAsync("/_sim/ads", """{"account":"act_3","page_rows":5}""");
        await ControlAsync("/_sim/behaviour", """{"match":{"dataset":"act_3"},"headers":{"X-Ad-Account-Usage":"{\"acc_id_util_pct\":100,\"reset_time_duration\":40}"}}""");

        var fault = (await Meta().PullAsync(new("any"), "act_3", 3, TimeProvider.System.GetUtcNow(), default)).Fault!;

        (fault.Kind, fault.RetryAfter).ShouldBe((AdFaultKind.Throttled, TimeSpan.FromSeconds(40)));
    }

    [Theory]
    [InlineData("""{"match":{"dataset":"act_4"},"redirect":"http://127.0.0.1:9/"}""", AdFaultKind.Unreadable)]
    [InlineData("""{"match":{"dataset":"act_4"},"body":"junk"}""", AdFaultKind.Unreadable)]
    [InlineData("""{"match":{"dataset":"act_4"},"body":"empty"}""", AdFaultKind.Unreadable)]
    [InlineData("""{"match":{"dataset":"act_4"},"body":"html"}""", AdFaultKind.Away)]
    [InlineData("""{"match":{"dataset":"act_4"},"drop":"before"}""", AdFaultKind.Away)]
    [InlineData("""{"match":{"dataset":"act_4"},"body":"endless"}""", AdFaultKind.Away)]
    public async Task What_is_no_answer_is_a_fault(string behaviour, AdFaultKind kind)
    {
        await ControlAsync("/_sim/behaviour", behaviour);
        var isEndless = behaviour.Contains("endless", StringComparison.Ordinal);
        using var http = new AdHttp(Limits with { Attempt = isEndless ? TimeSpan.FromMilliseconds(300) : Limits.Attempt }, TimeProvider.System);

        var pull = await Meta(http).PullAsync(new("any"), "act_4", 2, TimeProvider.System.GetUtcNow(), default);

        (pull.Fault?.Kind, pull.Hours.Count).ShouldBe((kind, 0));
    }

    private MetaAds Meta(AdHttp? http = null) => new(http ?? _http, Options.Create(new MetaAdsOptions { BaseUrl = _sim.BaseAddress }), TimeProvider.System);

    private GoogleAds Google(string manager = "") => new(_http, Options.Create(new GoogleAdsOptions
    {
        BaseUrl = _sim.BaseAddress,
        TokenUrl = new(_sim.BaseAddress, "token"),
        ClientId = "c",
        ClientSecret = "s",
        DeveloperToken = "d",
        LoginCustomerId = manager,
    }));

    private async Task ControlAsync(string path, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _control.PostAsync(new Uri(path, UriKind.Relative), content);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }
}
