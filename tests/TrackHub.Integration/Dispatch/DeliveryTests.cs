using Microsoft.Extensions.DependencyInjection;
using TrackHub.Dispatch;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

public sealed class DeliveryTests(DispatchWorld world) : IClassFixture<DispatchWorld>
{
    [Fact]
    public async Task An_event_is_delivered_once_and_its_attempt_is_on_record()
    {
        var brand = await world.NewBrandAsync();
        var purchase = world.Purchase(brand);

        await world.SendAsync(purchase);

        var outcome = await world.OutcomeAsync(purchase);
        (outcome.State, outcome.Destination, outcome.SaleId, outcome.Revision).ShouldBe((OutcomeState.Delivered, brand.PixelId, "sale-1", 1L));
        (await world.ArrivedAsync(purchase)).ShouldBe((1, 1));
        (await world.RegistryAsync<string>(purchase, "state")).ShouldBe("delivered");
        await Eventually.Holds(() => world.Attempts(purchase).Count == 1);
        var attempt = world.Attempts(purchase)[0];
        (attempt.Outcome, attempt.Attempt, attempt.HttpStatus, attempt.BatchSize).ShouldBe((AttemptOutcome.Delivered, 1, 200, 1));
        attempt.TraceId.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task An_event_that_cannot_be_dispatched_ends_where_it_can_be_named()
    {
        var purchase = world.Purchase(await world.NewBrandAsync()) with { EventId = new string('e', 300) };

        await world.SendAsync(purchase);

        var outcome = await world.OutcomeAsync(purchase);
        (outcome.State, outcome.Reason, outcome.Destination).ShouldBe((OutcomeState.Dead, "malformed", purchase.PixelId));
    }

    [Fact]
    public async Task What_a_pixel_is_set_to_is_on_the_wire_limited_data_use_and_the_test_code_until_it_is_unset()
    {
        var (brand, admin) = (await world.NewBrandAsync(), world.Services.GetRequiredService<TenantAdmin>());
        await admin.SetPixelAsync(brand.PixelId, "limited_data_use", "CA");
        await admin.SetPixelAsync(brand.PixelId, "test_event_code", "TEST123");
        await world.KnownAsync(snapshot => snapshot.Pixel(brand.PixelId) is { LimitedDataUse: not null, TestEventCode: not null });
        var (limited, unlimited) = (world.Purchase(brand), world.Purchase(brand));

        await world.SendAsync(limited);
        await world.OutcomeAsync(limited);
        await admin.SetPixelAsync(brand.PixelId, "limited_data_use", "");
        await admin.SetPixelAsync(brand.PixelId, "test_event_code", "");
        await world.KnownAsync(snapshot => snapshot.Pixel(brand.PixelId) is { LimitedDataUse: null, TestEventCode: null });
        await world.SendAsync(unlimited);
        await world.OutcomeAsync(unlimited);

        var sent = await world.OnTheWireAsync(limited);
        sent.GetProperty("data_processing_options").EnumerateArray().Select(static option => option.GetString()).ShouldBe(["LDU"]);
        (sent.GetProperty("data_processing_options_country").GetInt32(), sent.GetProperty("data_processing_options_state").GetInt32()).ShouldBe((1, 1000));
        sent.GetProperty("test_event_code").GetString().ShouldBe("TEST123");
        var after = await world.OnTheWireAsync(unlimited);
        after.TryGetProperty("data_processing_options", out _).ShouldBeFalse();
        after.TryGetProperty("test_event_code", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task The_same_record_twice_is_one_call_and_another_event_with_its_id_is_a_duplicate()
    {
        var purchase = world.Purchase(await world.NewBrandAsync());
        var other = purchase with { IngestId = EventIds.NewIngestId(TimeProvider.System) };

        await world.SendAsync(purchase);
        await world.OutcomeAsync(purchase);
        await world.SendAllAsync([purchase, other]);

        (await world.OutcomeAsync(other)).State.ShouldBe(OutcomeState.Duplicate);
        await Eventually.Holds(() => world.Outcomes(purchase).Count == 2);
        world.Outcomes(purchase)[1].ShouldBe(world.Outcomes(purchase)[0]);
        (await world.CallsAsync(purchase)).ShouldBe(1);
    }

    [Fact]
    public async Task A_server_error_is_retried_over_the_ladder_under_the_same_id()
    {
        var brand = await world.NewBrandAsync();
        var purchase = world.Purchase(brand);
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, status = 500, times = 2 });

        await world.SendAsync(purchase);

        (await world.OutcomeAsync(purchase)).State.ShouldBe(OutcomeState.Delivered);
        var copy = world.Copies(Topics.CapiRetries[0], purchase).ShouldHaveSingleItem();
        (copy.Value.Attempt, copy.Value.LadderStep).ShouldBe((1, 1));
        copy.Value.FirstTryAt.ShouldNotBeNull();
        await Eventually.Holds(() => world.Attempts(purchase).Count == 3);
        world.Attempts(purchase).Select(static a => (a.Outcome, a.Attempt, a.LadderStep)).ShouldBe(
            [(AttemptOutcome.Retry, 1, 0), (AttemptOutcome.Retry, 2, 1), (AttemptOutcome.Delivered, 3, 2)]);
        (await world.ArrivedAsync(purchase)).ShouldBe((1, 1));
    }

    [FullFact]
    public async Task The_whole_ladder_takes_its_time_between_attempts()
    {
        var brand = await world.NewBrandAsync();
        var purchase = world.Purchase(brand);
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, status = 500, times = 5 });

        await world.SendAsync(purchase);

        (await world.OutcomeAsync(purchase, TimeSpan.FromMinutes(2))).State.ShouldBe(OutcomeState.Delivered);
        await Eventually.Holds(() => world.Attempts(purchase).Count == 6);
        Ladder.ShouldBeClimbed(world.Attempts(purchase), speed: 1, slack: TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task An_answer_lost_after_Meta_stored_the_event_is_unknown_and_sent_again_under_the_same_id()
    {
        var brand = await world.NewBrandAsync();
        var purchase = world.Purchase(brand);
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, drop = "after", times = 1 });

        await world.SendAsync(purchase);

        (await world.OutcomeAsync(purchase)).State.ShouldBe(OutcomeState.Delivered);
        (await world.ArrivedAsync(purchase)).ShouldBe((2, 1));
        await Eventually.Holds(() => world.Attempts(purchase).Count == 2);
        world.Attempts(purchase).Select(static a => a.Outcome).ShouldBe([AttemptOutcome.Unknown, AttemptOutcome.Delivered]);
    }

    [Fact]
    public async Task A_dead_token_parks_the_event()
    {
        var brand = await world.NewBrandAsync();
        var purchase = world.Purchase(brand);
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, code = 190, subcode = 460 });

        await world.SendAsync(purchase);

        await Eventually.Holds(() => world.Copies(Topics.Parked, purchase).Count == 1, TimeSpan.FromSeconds(30));
        world.Copies(Topics.Parked, purchase)[0].Value.ShouldBe(purchase);
        (await world.RegistryAsync<string>(purchase, "state || '/' || reason || '/' || attempt")).ShouldBe("parked/token/0");
        world.Outcomes(purchase).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_throttled_event_is_held_and_costs_no_attempt()
    {
        var brand = await world.NewBrandAsync();
        var purchase = world.Purchase(brand);
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, code = 80004, times = 1 });

        var entered = await world.SendAsync(purchase);

        await Eventually.Holds(() => world.Copies(Topics.CapiHold15S, purchase).Count == 1, TimeSpan.FromSeconds(30));
        var (record, value) = world.Copies(Topics.CapiHold15S, purchase)[0];
        value.ShouldBe(purchase);
        record.Header(WaitingEvent.EnteredHeader).ShouldBe(entered.ToString());
        (await world.OutcomeAsync(purchase, TimeSpan.FromSeconds(60))).State.ShouldBe(OutcomeState.Delivered);
        await Eventually.Holds(() => world.Attempts(purchase).Count == 2);
        world.Attempts(purchase).Select(static a => (a.Outcome, a.Attempt)).ShouldBe([(AttemptOutcome.Hold, 1), (AttemptOutcome.Delivered, 1)]);
    }

    [Fact]
    public async Task One_bad_event_of_fifty_dies_alone()
    {
        var brand = await world.NewBrandAsync();
        var events = Enumerable.Range(0, 50).Select(_ => world.Purchase(brand)).ToList();
        var bad = events[17];
        await world.BehaveAsync(new { match = new { event_id = bad.EventId }, code = 100, subcode = 2804009 });

        await world.SendAllAsync(events);

        await Eventually.Holds(() => events.TrueForAll(e => world.Outcomes(e).Count > 0), TimeSpan.FromSeconds(30));
        foreach (var e in events)
            world.Outcomes(e).ShouldHaveSingleItem().State.ShouldBe(e == bad ? OutcomeState.Dead : OutcomeState.Delivered);
        (await world.CallsAsync(bad)).ShouldBeLessThanOrEqualTo(7);   // the path from the root of a halved batch to its leaf
        await Eventually.Holds(() => world.Seen<DeadLetter>(Topics.DeadLetters).Any(letter => letter.Value.EventId == bad.EventId));
        var letter = world.Seen<DeadLetter>(Topics.DeadLetters).Single(letter => letter.Value.EventId == bad.EventId).Value;
        (letter.Stage, letter.Reason, letter.IngestId, letter.SourceTopic).ShouldBe(("dispatcher", "invalid", bad.IngestId, "capi-dispatch"));
        await Eventually.Holds(() => world.Attempts(bad).Count > 0 && world.Attempts(bad)[^1].Outcome == AttemptOutcome.Dead);
        (world.Attempts(bad)[^1].Code, world.Attempts(bad)[^1].Subcode, world.Attempts(bad)[^1].BatchSize).ShouldBe((100, 2804009, 1));
    }

    [Fact]
    public async Task What_cannot_match_anybody_dies_without_a_call()
    {
        var brand = await world.NewBrandAsync();
        var vague = new UserData { ClientUserAgent = "Mozilla/5.0" };
        var purchase = world.Purchase(brand) with
        {
            UserData = world.Services.GetRequiredService<Sealer>().SealUserData(brand.TenantId, vague, TimeProvider.System.GetUtcNow()),
        };

        await world.SendAsync(purchase);

        var outcome = await world.OutcomeAsync(purchase);
        (outcome.State, outcome.Reason).ShouldBe((OutcomeState.Dead, "user_data_insufficient"));
        (await world.CallsAsync(purchase)).ShouldBe(0);
    }

    [Fact]
    public async Task An_event_older_than_a_week_expires_without_a_call()
    {
        var purchase = world.Purchase(await world.NewBrandAsync()) with { EventTime = TimeProvider.System.GetUtcNow().AddDays(-7) };

        await world.SendAsync(purchase);

        (await world.OutcomeAsync(purchase)).State.ShouldBe(OutcomeState.Expired);
        (await world.CallsAsync(purchase)).ShouldBe(0);
    }

    [Fact]
    public async Task An_event_for_a_pixel_that_is_gone_is_parked()
    {
        var purchase = world.Purchase(await world.NewBrandAsync()) with { PixelId = "px_gone" };

        await world.SendAsync(purchase);

        await Eventually.Holds(() => world.Copies(Topics.Parked, purchase).Count == 1, TimeSpan.FromSeconds(30));
        (await world.RegistryAsync<string>(purchase, "reason")).ShouldBe("pixel_gone");
    }

    [Theory]
    [InlineData(ConsentBasis.Required, null, "consent_unknown")]
    [InlineData(null, null, "no_basis")]
    [InlineData(ConsentBasis.Granted, false, "refused")]
    public async Task Without_consent_nothing_is_sent(ConsentBasis? basis, bool? consent, string reason)
    {
        var purchase = world.Purchase(await world.NewBrandAsync(basis)) with { ConsentAds = consent };

        await world.SendAsync(purchase);

        var outcome = await world.OutcomeAsync(purchase);
        (outcome.State, outcome.Reason).ShouldBe((OutcomeState.BlockedConsent, reason));
        (await world.CallsAsync(purchase)).ShouldBe(0);
    }

    [Fact]
    public async Task Consent_withdrawn_while_the_event_waits_for_its_retry_ends_it()
    {
        var brand = await world.NewBrandAsync();
        byte[] email = [.. Enumerable.Range(1, 16).Select(static i => (byte)i)];
        var purchase = world.Purchase(brand) with { ConsentAds = true, ConsentKeys = [email], ConsentSessions = ["session-1"] };
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, status = 500 });
        await world.SendAsync(purchase);
        await Eventually.Holds(() => world.Copies(Topics.CapiRetries[0], purchase).Count == 1, TimeSpan.FromSeconds(30));

        // The older word of the session is overruled by the newer one of the e-mail.
        await world.ExecuteAsync(
            """
            insert into consents (brand_id, subject_kind, subject, ads, at, ingest_id)
            values ($1, 'session', convert_to('session-1', 'UTF8'), true, now() - interval '1 hour', gen_random_uuid()), ($1, 'email', $2, false, now(), gen_random_uuid())
            """,
            brand.BrandId, email);

        var outcome = await world.OutcomeAsync(purchase);
        (outcome.State, outcome.Reason).ShouldBe((OutcomeState.BlockedConsent, "refused"));
        var calls = await world.CallsAsync(purchase);
        (await world.RegistryAsync<int>(purchase, "attempt")).ShouldBe(calls);
        (await world.ArrivedAsync(purchase)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_newer_yes_found_by_matching_overrules_an_older_refusal()
    {
        var brand = await world.NewBrandAsync();
        byte[] email = [.. Enumerable.Range(50, 16).Select(static i => (byte)i)];
        await world.ExecuteAsync(
            "insert into consents (brand_id, subject_kind, subject, ads, at, ingest_id) values ($1, 'email', $2, false, now() - interval '1 hour', gen_random_uuid())",
            brand.BrandId, email);
        var sold = world.Purchase(brand);
        var purchase = sold with { ConsentAds = true, ConsentAt = sold.EventTime, ConsentKeys = [email] };

        await world.SendAsync(purchase);

        (await world.OutcomeAsync(purchase)).State.ShouldBe(OutcomeState.Delivered);
    }

    [Fact]
    public async Task A_suppressed_person_is_never_sent()
    {
        var brand = await world.NewBrandAsync();
        byte[] phone = [.. Enumerable.Range(100, 16).Select(static i => (byte)i)];
        await world.ExecuteAsync("insert into suppressions (brand_id, subject_kind, subject, reason) values ($1, 'phone', $2, 'erasure')", brand.BrandId, phone);
        var purchase = world.Purchase(brand) with { ConsentAds = true, ConsentKeys = [phone] };

        await world.SendAsync(purchase);

        (await world.OutcomeAsync(purchase)).State.ShouldBe(OutcomeState.Suppressed);
        (await world.CallsAsync(purchase)).ShouldBe(0);
    }

    [Fact]
    public async Task Poison_records_go_to_the_dead_letters_with_their_coordinates_and_the_next_event_is_delivered()
    {
        var brand = await world.NewBrandAsync();
        var key = System.Text.Encoding.UTF8.GetBytes($"{brand.BrandId}/{brand.PixelId}/0");
        var garbage = await world.Producer.ForwardAsync(
            Topics.CapiDispatch, new StreamRecord { Coordinates = default, Timestamp = default, Key = key, Value = [1, 2, 3] }, RecordHeaders.ForBrand(brand.BrandId), default);
        var nameless = await world.SendAsync(world.Purchase(brand) with { IngestId = "no uuid" });
        var (purchase, foreign) = (world.Purchase(brand), world.Purchase(brand));
        var other = await world.NewBrandAsync();
        var underOtherKey = await world.Producer.ProduceAsync(Topics.CapiDispatch, $"{other.BrandId}/{other.PixelId}/0", foreign, new(), default);
        var underOtherHeader = await world.SendAsync(foreign, RecordHeaders.ForBrand(other.BrandId));

        await world.SendAsync(purchase);

        (await world.OutcomeAsync(purchase)).State.ShouldBe(OutcomeState.Delivered);
        await Eventually.Holds(() => ReasonOf(garbage) == "not_wire_format" && ReasonOf(nameless) == "malformed");
        await Eventually.Holds(() => ReasonOf(underOtherKey) == "brand_mismatch" && ReasonOf(underOtherHeader) == "brand_mismatch");
        (await world.CallsAsync(foreign)).ShouldBe(0);
    }

    private string? ReasonOf(RecordCoordinates source) =>
        world.Seen<DeadLetter>(Topics.DeadLetters).Select(static seen => seen.Value).FirstOrDefault(letter => letter.DeadLetterId == source.ToString())?.Reason;
}
