"""Draw a QR code as one path: it stands in the page itself, with no picture to fetch and no style of its own."""

import qrcode


def qr_code(text: str) -> str:
    """Give the markup of an SVG, its squares as one path, four squares of margin."""
    drawn = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4)
    drawn.add_data(text)
    drawn.make(fit=True)
    rows = drawn.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size * 5}" height="{size * 5}"'
        f' aria-hidden="true" shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="{path}" fill="#000"/></svg>'
    )
