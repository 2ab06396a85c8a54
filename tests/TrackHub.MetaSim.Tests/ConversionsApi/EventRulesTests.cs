using System.Text.Json.Nodes;

namespace TrackHub.MetaSim.Tests.ConversionsApi;

public sealed class EventRulesTests(TestSim sim) : IClassFixture<TestSim>
{
    private const int Day = 86_400;

    /// <summary>A name, a JSON patch of a valid Purchase (null removes a key) and the expected subcode (0: none).</summary>
    public static TheoryData<string, string, int> Refused => new()
    {
        { "no event_name", """{"event_name":null}""", 2804019 },
        { "empty event_name", """{"event_name":""}""", 2804019 },
        { "event_name a number", """{"event_name":1}""", 2804019 },
        { "no event_time", """{"event_time":null}""", 2804019 },
        { "event_time a string", """{"event_time":"1700000000"}""", 2804019 },
        { "event_time a fraction", """{"event_time":1700000000.5}""", 2804019 },
        { "no action_source", """{"action_source":null}""", 2804019 },
        { "unknown action_source", """{"action_source":"web"}""", 2804019 },
        { "action_source in upper case", """{"action_source":"WEBSITE"}""", 2804019 },
        { "website without event_source_url", """{"event_source_url":null}""", 2804019 },
        { "event_source_url no address", """{"event_source_url":"shop"}""", 2804019 },
        { "event_id a number", """{"event_id":7}""", 2804019 },
        { "no user_data", """{"user_data":null}""", 2804019 },
        { "user_data a list", """{"user_data":[]}""", 2804019 },
        { "unknown key", """{"advertiser_tracking_enabled":1}""", 2804019 },
        { "test_event_code inside an event", """{"test_event_code":"TEST1"}""", 2804019 },
        { "unknown key of user_data", """{"user_data":{"email":"x"}}""", 2804019 },
        { "opt_out a string", """{"opt_out":"false"}""", 2804019 },
        { "referrer_url a number", """{"referrer_url":1}""", 2804019 },
        { "unknown segment", """{"customer_segmentation":"new"}""", 2804019 },
        { "original_event_data a string", """{"original_event_data":"x"}""", 2804019 },
        { "unknown processing option", """{"data_processing_options":["GDPR"]}""", 2804019 },
        { "LDU without country", """{"data_processing_options":["LDU"],"data_processing_options_state":0}""", 2804019 },
        { "unknown LDU state", """{"data_processing_options":["LDU"],"data_processing_options_country":1,"data_processing_options_state":99}""", 2804019 },
        { "custom_data a string", """{"custom_data":"x"}""", 2804019 },
        { "Purchase without custom_data", """{"custom_data":null}""", 2804009 },
        { "Purchase without value", """{"custom_data":{"currency":"BRL"}}""", 2804009 },
        { "Purchase without currency", """{"custom_data":{"value":1}}""", 2804010 },
        { "value a string", """{"custom_data":{"value":"1","currency":"BRL"}}""", 2804019 },
        { "value beyond a double", """{"custom_data":{"value":1e999,"currency":"BRL"}}""", 2804019 },
        { "unknown currency", """{"custom_data":{"value":1,"currency":"R$"}}""", 2804019 },
        { "unknown content_type", """{"custom_data":{"value":1,"currency":"BRL","content_type":"course"}}""", 2804019 },
        { "contents without id", """{"custom_data":{"value":1,"currency":"BRL","contents":[{"quantity":1}]}}""", 2804019 },
        { "num_items a string", """{"custom_data":{"value":1,"currency":"BRL","num_items":"1"}}""", 2804019 },
        { "unknown delivery_category", """{"custom_data":{"value":1,"currency":"BRL","delivery_category":"air"}}""", 2804019 },
        { "clear e-mail", """{"user_data":{"em":"ana@example.com"}}""", 2804016 },
        { "clear phone in a list", """{"user_data":{"ph":["5511987654321"]}}""", 2804016 },
        { "MD5", """{"user_data":{"em":"0123456789abcdef0123456789abcdef"}}""", 2804016 },
        { "64 characters, not hex", """{"user_data":{"fn":"zzzz4e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"}}""", 2804016 },
        { "hash a number", """{"user_data":{"em":1}}""", 2804019 },
        { "ip with a port", """{"user_data":{"client_ip_address":"203.0.113.7:80"}}""", 2804019 },
        { "two ips", """{"user_data":{"client_ip_address":"203.0.113.7, 203.0.113.8"}}""", 2804019 },
        { "lead_id too short", """{"user_data":{"lead_id":123}}""", 2804036 },
        { "fb_login_id a string", """{"user_data":{"fb_login_id":"1"}}""", 2804019 },
        { "external_id a number", """{"user_data":{"external_id":1}}""", 2804019 },
        { "empty user_data", """{"user_data":{}}""", 2804050 },
        { "user_data of empty values", """{"user_data":{"em":[null],"ph":""}}""", 2804050 },
        { "app event without OS version", """{"action_source":"app","app_data":{"extinfo":["a2","","","","","","","","","","","","","","",""]}}""", 2804043 },
        { "app event without app_data", """{"action_source":"app"}""", 2804019 },
        { "messaging without channel", """{"action_source":"business_messaging","event_name":"LeadSubmitted"}""", 2804019 },
        { "messaging event name", """{"action_source":"business_messaging","messaging_channel":"whatsapp","event_name":"Lead"}""", 2804066 },
        {
            "whatsapp without account",
            """{"action_source":"business_messaging","messaging_channel":"whatsapp","event_name":"LeadSubmitted","user_data":{"ctwa_clid":"c"}}""", 2804116
        },
        {
            "whatsapp without click id",
            """{"action_source":"business_messaging","messaging_channel":"whatsapp","event_name":"LeadSubmitted","user_data":{"page_id":"1"}}""", 2804019
        },
    };

    public static TheoryData<string, string> Accepted => new()
    {
        { "without user agent", $$$"""{"user_data":{"em":"{{{TestSim.Hash}}}"}}""" },
        { "ip alone", """{"user_data":{"client_ip_address":"2001:db8::1"}}""" },
        { "user agent and ip", """{"user_data":{"client_ip_address":"203.0.113.7","client_user_agent":"x"}}""" },
        { "builder suffix of 8", $$$"""{"user_data":{"em":["{{{TestSim.Hash}}}.AQQCAQMC"]}}""" },
        { "builder suffix of 2", $$$"""{"user_data":{"em":["{{{TestSim.Hash}}}.BA"]}}""" },
        { "clear external_id", """{"user_data":{"external_id":["user-42"]}}""" },
        { "fbc and fbp", """{"user_data":{"fbc":"fb.1.1700000000123.IwAR0_x-Y","fbp":"fb.1.1700000000123.123456"}}""" },
        { "lead_id", """{"user_data":{"lead_id":1234567890123456}}""" },
        { "lower-case currency", """{"custom_data":{"value":0,"currency":"brl"}}""" },
        { "own custom keys", """{"custom_data":{"value":1,"currency":"BRL","course":{"level":2}}}""" },
        { "contents", """{"custom_data":{"value":1,"currency":"BRL","content_type":"product","contents":[{"id":"a","quantity":1,"item_price":9.9}]}}""" },
        { "no event_id", """{"event_id":null}""" },
        { "LDU", """{"data_processing_options":["LDU"],"data_processing_options_country":0,"data_processing_options_state":0}""" },
        { "custom event without custom_data", """{"event_name":"WatchedLesson","custom_data":null}""" },
        { "e-mail action source without url", """{"action_source":"email","event_source_url":null}""" },
        {
            "whatsapp",
            """{"action_source":"business_messaging","messaging_channel":"whatsapp","user_data":{"ctwa_clid":"c","whatsapp_business_account_id":"1"}}"""
        },
        { "app", """{"action_source":"app","app_data":{"extinfo":["a2","","","","14","","","","","","","","","","",""]}}""" },
        { "segment", """{"customer_segmentation":"existing_customer_to_product_area","opt_out":true,"referrer_url":"https://example.com"}""" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task An_invalid_event_is_refused_with_its_subcode(string what, string patch, int subcode)
    {
        var answer = await sim.SendAsync(Patched(patch));

        answer.Status.ShouldBe(400, what);
        answer.Code.ShouldBe(100, what);
        answer.Subcode.ShouldBe(subcode, what + ": " + answer.Text);
        ((bool)answer.Error["is_transient"]!).ShouldBeFalse();
        ((string)answer.Error["type"]!).ShouldBe("OAuthException");
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task A_valid_event_is_accepted(string what, string patch)
    {
        var answer = await sim.SendAsync(Patched(patch));

        answer.Status.ShouldBe(200, what + ": " + answer.Text);
        ((int)answer.Json["events_received"]!).ShouldBe(1);
        answer.Json["messages"]!.AsArray().ShouldBeEmpty();
        ((string)answer.Json["fbtrace_id"]!).ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("ct", "country", "st", "zp", "ge", "client_user_agent")]
    [InlineData("ct", "country")]
    [InlineData("db", "client_user_agent")]
    [InlineData("fn", "ge")]
    [InlineData("ln", "ge")]
    [InlineData("client_user_agent")]
    public async Task User_data_of_broad_keys_only_is_refused_and_one_more_key_heals_it(params string[] keys)
    {
        var user = new JsonObject();
        foreach (var key in keys)
            user[key] = TestSim.Hash;
        var broad = TestSim.Purchase();
        broad["user_data"] = user;
        var healed = broad.DeepClone();
        healed["user_data"]!["external_id"] = "user-42";

        (await sim.SendAsync(broad)).Subcode.ShouldBe(2804050);
        (await sim.SendAsync(healed)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task First_and_last_name_together_are_not_too_broad()
    {
        var answer = await sim.SendAsync(Patched($$$"""{"user_data":{"fn":"{{{TestSim.Hash}}}","ln":"{{{TestSim.Hash}}}"}}"""));

        answer.Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("website", -7 * Day + 30, 0)]
    [InlineData("website", -7 * Day - 5, 2804003)]
    [InlineData("physical_store", -62 * Day + 30, 0)]
    [InlineData("physical_store", -62 * Day - 5, 2804003)]
    [InlineData("website", 50, 0)]
    public async Task Age_is_judged_per_action_source(string source, int offset, int subcode)
    {
        var item = TestSim.Purchase();
        item["action_source"] = source;
        item["event_time"] = TestSim.Now + offset;

        var answer = await sim.SendAsync(item);

        answer.Status.ShouldBe(subcode == 0 ? 200 : 400, answer.Text);
        if (subcode != 0)
            answer.Subcode.ShouldBe(subcode);
    }

    [Theory]
    [InlineData(120)]
    [InlineData(1_700_000_000_000)]
    public async Task A_future_time_or_milliseconds_are_refused_without_a_subcode(long ahead)
    {
        var item = TestSim.Purchase();
        item["event_time"] = TestSim.Now + ahead;

        var answer = await sim.SendAsync(item);

        answer.Code.ShouldBe(100);
        answer.Subcode.ShouldBeNull();
    }

    [Fact]
    public async Task One_invalid_event_refuses_the_whole_request()
    {
        var old = TestSim.Purchase("whole-3");
        old["event_time"] = TestSim.Now - (8 * Day);

        var answer = await sim.SendAsync(TestSim.Purchase("whole-1"), TestSim.Purchase("whole-2"), old);

        answer.Subcode.ShouldBe(2804003);
        (await sim.GetAsync("/_sim/events?event_id=whole-1"))["raw"]!.GetValue<int>().ShouldBe(0);
    }

    [Fact]
    public async Task What_meta_takes_in_silence_is_kept_as_a_warning()
    {
        var item = Patched("""{"event_id":"warned","user_data":{"fbc":"IwAR0","fbp":"fb.1.1700000000.1","client_ip_address":"10.0.0.1","ph":""}}""");

        (await sim.SendAsync(item)).Status.ShouldBe(200);

        var stored = (await sim.GetAsync("/_sim/events?event_id=warned"))["events"]![0]!;
        stored["warnings"]!.AsArray().Select(w => (string)w!).ShouldBe(
            ["no_user_agent", "malformed_fbc", "malformed_fbp", "non_public_ip", "empty_user_data"]);
    }

    private static JsonObject Patched(string patch)
    {
        var item = TestSim.Purchase();
        foreach (var (key, value) in JsonNode.Parse(patch)!.AsObject())
        {
            if (value is null)
                item.Remove(key);
            else
                item[key] = value.DeepClone();
        }

        return item;
    }
}
