using System.Text.RegularExpressions;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>What the broker says it serves, and what it answers to all else.</summary>
public sealed partial class ProtocolTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Advertised_are_exactly_the_versions_the_tables_are_written_for(short version)
    {
        using var client = await RawClient.ConnectAsync(broker.Port);

        var answer = await client.AskAsync(new ApiVersionsRequest { ClientSoftwareName = "raw", ClientSoftwareVersion = "1" }, version);

        answer.ApiKeys.Select(static api => ((ApiKey)api.Key, api.Min, api.Max))
            .ShouldBe(MessageTable.All.Select(static table => (table.Range.Key, table.Range.Min, table.Range.Max)));
    }

    [Fact]
    public void The_readme_names_the_same_versions()
    {
        var readme = File.ReadAllText(Path.Combine(Root(), "deploy", "TrackHub.LocalKafka", "README.md"));

        ServedRow().Matches(readme).Select(static row => row.Value).Order(StringComparer.Ordinal)
            .ShouldBe(MessageTable.All.Select(static table => Row(table.Range)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_unknown_version_of_ApiVersions_is_answered_in_version_0_with_those_that_are_served()
    {
        using var client = await RawClient.ConnectAsync(broker.Port);
        var frame = RawClient.Frame(new ApiVersionsRequest(), version: 3);
        frame[7] = 99;

        var reader = (await client.SendAsync(frame)).ShouldNotBeNull();
        var answer = new ApiVersionsResponse();
        reader.Message(answer);

        answer.Error.ShouldBe(ErrorCode.UnsupportedVersion);
        var served = answer.ApiKeys.ShouldHaveSingleItem();
        ((ApiKey)served.Key, served.Min, served.Max).ShouldBe((ApiKey.ApiVersions, (short)0, (short)3));
        reader.Remaining.ShouldBe(0);
    }

    [Theory]
    [InlineData("librdkafka", "2.15.1-rc.1", ErrorCode.None)]
    [InlineData("", "1", ErrorCode.InvalidRequest)]
    [InlineData("a b", "1", ErrorCode.InvalidRequest)]
    [InlineData("a", "1-", ErrorCode.InvalidRequest)]
    public async Task A_client_gives_its_software_a_name_and_version_of_letters_digits_dots_and_hyphens(string name, string version, object error)
    {
        using var client = await RawClient.ConnectAsync(broker.Port);

        var answer = await client.AskAsync(new ApiVersionsRequest { ClientSoftwareName = name, ClientSoftwareVersion = version }, version: 3);

        answer.Error.ShouldBe((ErrorCode)error);
    }

    [Fact]
    public async Task What_is_named_again_and_again_is_described_once()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await RawClient.ConnectAsync(broker.Port);
        var names = Enumerable.Repeat(topic, 1000);

        var metadata = await client.AskAsync(
            new MetadataRequest { Topics = names.Select(static name => new MetadataRequest.Topic { Name = name }).ToList() }, version: 12);
        var settings = await client.AskAsync(
            new DescribeConfigsRequest
            {
                Resources = names.Select(static name => new DescribeConfigsRequest.Resource { Type = 2, Name = name }).ToList(),
            },
            version: 4);
        var groups = await client.AskAsync(new DescribeGroupsRequest { Groups = names.ToList() }, version: 5);

        (metadata.Topics.Count, settings.Resources.Count, groups.Groups.Count).ShouldBe((1, 1, 1));
    }

    [Theory]
    [InlineData(24, 3, "API key 24 (transactions) of version 3 from client 'a?b' is not served")]
    [InlineData(68, 2, "ConsumerGroupHeartbeat of version 2 from client 'a?b' is not served")]
    [InlineData(69, 0, "API key 69 (groups of KIP-848) of version 0 from client 'a?b' is not served")]
    [InlineData(999, 1, "API key 999 of version 1 from client 'a?b' is not served")]
    [InlineData(0, 99, "Produce of version 99 from client 'a?b' is not served")]
    public async Task What_is_not_served_is_refused_naming_key_version_and_client(short key, short version, string message)
    {
        using var apis = new TestApis();
        using var writer = new WireWriter();
        new RequestHeader { Key = key, Version = version, ClientId = "a\nb" }.Fields(writer);

        (await Should.ThrowAsync<MalformedRequestException>(() => apis.AnswerAsync(writer.Written.ToArray()))).Message.ShouldBe(message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_member_of_a_new_groups_kind_that_does_not_ask_what_is_offered_is_told_what_to_set(short version)
    {
        using var apis = new TestApis();
        using var writer = new WireWriter();
        new RequestHeader { Key = 68, Version = version, CorrelationId = 7, ClientId = "a" }.Fields(writer);
        writer.Flexible = true;
        writer.Tags();

        var reader = new WireReader();
        reader.Reset((await apis.AnswerAsync(writer.Written.ToArray())).ShouldNotBeNull());
        (reader.Version, reader.Flexible) = (version, true);
        var (correlationId, answer) = (0, new ConsumerGroupHeartbeatResponse());
        reader.Int32(ref correlationId);
        reader.Tags();
        reader.Message(answer);

        (correlationId, answer.Error, (int)answer.Assignment, reader.Remaining).ShouldBe((7, ErrorCode.UnsupportedVersion, -1, 0));
        answer.Message.ShouldNotBeNull().ShouldContain("group.protocol=classic");
        apis.Table.Ranges.ShouldNotContain(static range => range.Key == ApiKey.ConsumerGroupHeartbeat);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_transactions_coordinator_is_refused_with_a_code_that_ends_retries_and_the_reason(short version)
    {
        using var client = await RawClient.ConnectAsync(broker.Port);

        var answer = await client.AskAsync(new FindCoordinatorRequest { KeyType = 1, Key = "tx", Keys = ["tx"] }, version);

        var (error, message) = version < 4
            ? (answer.Error, answer.Message)
            : (answer.Coordinators.Single().Error, answer.Coordinators.Single().Message);
        error.ShouldBe(ErrorCode.TransactionalIdAuthorizationFailed);
        message.ShouldNotBeNull().ShouldContain("transactions are not offered");
    }

    [Fact]
    public async Task A_producer_id_for_transactions_is_refused()
    {
        using var client = await RawClient.ConnectAsync(broker.Port);

        var answer = await client.AskAsync(new InitProducerIdRequest { TransactionalId = "tx" }, version: 4);

        (answer.Error, answer.ProducerId).ShouldBe((ErrorCode.TransactionalIdAuthorizationFailed, -1));
    }

    private static string Row(ApiRange range) =>
        $"{(short)range.Key} {range.Key} {(range.Min == range.Max ? $"{range.Min}" : $"{range.Min}–{range.Max}")}";

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TrackHub.sln")))
            folder = folder.Parent.ShouldNotBeNull();
        return folder.FullName;
    }

    [GeneratedRegex(@"(?<=\| )\d+ [A-Z][A-Za-z]+ \d+(–\d+)?")]
    private static partial Regex ServedRow();
}
