function file = data_file(varargin)
    %DATA_FILE   Path of a file of reference data; skips the test where the data are not beside the checkout.
    %   They are in EUPHONIC_TEST_DATA, else in ../shared/data as seen from the checkout.
    folder = getenv('EUPHONIC_TEST_DATA');
    if isempty(folder)
        root = fileparts(fileparts(fileparts(fileparts(mfilename('fullpath')))));
        folder = fullfile(fileparts(root), 'shared', 'data');
    end
    file = fullfile(folder, varargin{:});
    if ~exist(file, 'file')
        support.skip('there is no %s', file);
    end
end
