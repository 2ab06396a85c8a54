using System.Text;
using TrackHub.Ingest.Webhooks.Kiwify;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class JavaScriptJsonTests
{
    // Right column: what node prints for JSON.stringify(JSON.parse(left)).
    [Theory]
    [InlineData("""{ "a" : [ 1 , 2.0, 1e2, -0.5, 39.90 ], "b" : { } , "c" : [ ] }""", """{"a":[1,2,100,-0.5,39.9],"b":{},"c":[]}""")]
    [InlineData("""{"a":"S\u00e3o \/ \u0041 \u0007 \n \" \\"}""", """{"a":"São / A \u0007 \n \" \\"}""")]
    [InlineData("""[true,false,null,"😀<>&+'"]""", """[true,false,null,"😀<>&+'"]""")]
    [InlineData("\"text\"", "\"text\"")]
    [InlineData("{\"z\":1,\"a\":{\"c\":[{\"d\":\"\"}]}}", "{\"z\":1,\"a\":{\"c\":[{\"d\":\"\"}]}}")]
    public void It_writes_what_JavaScript_writes(string json, string expected) =>
        Encoding.UTF8.GetString(JavaScriptJson.Stringify(Encoding.UTF8.GetBytes(json))!).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("not json")]
    public void What_is_not_JSON_has_no_text(string json) => JavaScriptJson.Stringify(Encoding.UTF8.GetBytes(json)).ShouldBeNull();
}
