using System.Globalization;
using System.Text;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Http;

/// <summary>Ad clicks as a seller's server tells them, each of another visitor.</summary>
internal sealed class TrackRequests(LoadBrand brand) : IRequestMaker
{
    private const string KeyHeader = "X-TrackHub-Key";

    /// <inheritdoc/>
    public HttpRequestMessage Make(Uri address, long number) => new(HttpMethod.Post, new Uri(address, "/api/v1/track/click"))
    {
        Content = new StringContent(Body(number), Encoding.UTF8, "application/json"),
        Headers = { { KeyHeader, brand.ServerKey } },
    };

    private string Body(long number) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"event_id":"ev-{{brand.Run}}-{{number:x16}}","session_id":"s-{{brand.Run}}-{{number}}","click_id":"{{brand.ClickId(number)}}",
        "url":"https://loja.example.com/oferta?utm_source=FB&utm_medium=feed&utm_campaign=campanha-exemplo%7C120200000000000001","referrer":"https://l.example.com/",
        "fbclid":"IwLoad_{{brand.Run}}_{{number:x32}}","fbp":"fb.1.1757520000000.{{1_000_000_000 + number}}","product":"Curso de Exemplo",
        "client_ip":"2001:db8:{{(number >> 16) & 0xffff:x}}:{{number & 0xffff:x}}::1",
        "user_agent":"Mozilla/5.0 (Linux; Android 14; Exemplo) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36"}
        """);
}
